# Omroeper in a container: unprivileged, with a root file system that may be read-only. The database lives in /data.
#   docker build -t omroeper .
#   docker run --read-only --tmpfs /tmp -v omroeper:/data -e OMROEPER_…_TOKEN omroeper

FROM python:3.13-slim-bookworm AS build
WORKDIR /build
COPY requirements/run.txt requirements/
RUN python -m venv /opt/omroeper \
 && /opt/omroeper/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY requirements/dev.txt requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/dev.txt
COPY . .
RUN /opt/build/bin/python -m build --wheel --no-isolation \
 && /opt/omroeper/bin/pip install --no-cache-dir --no-deps dist/*.whl \
 # without compiled modules a start takes three times as long
 && /opt/omroeper/bin/python -m compileall -q /opt/omroeper

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /data omroeper
COPY --from=build /opt/omroeper /opt/omroeper
USER 10001
WORKDIR /data
VOLUME /data
ENV PATH=/opt/omroeper/bin:$PATH OMROEPER_CONFIG=/data/omroeper.toml PYTHONDONTWRITEBYTECODE=1
EXPOSE 8080
STOPSIGNAL SIGTERM
# the pages answer for the process, the database and the scheduler; set [web] listen = "0.0.0.0:8080" to publish them
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["omroeper"]
CMD ["run"]
