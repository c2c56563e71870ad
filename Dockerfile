# Omroeper in a container: unprivileged, with a root file system that may be read-only. How to run it: docs/container.md.
# The configuration lies in /config and is only read; what it remembers lies in /data.

ARG PYTHON=python:3.13-slim-bookworm
# pin it by digest where builds must be the same for years: --build-arg PYTHON=python@sha256:…

FROM ${PYTHON} AS build
WORKDIR /build
COPY requirements/run.txt requirements/
RUN python -m venv /opt/omroeper \
 && /opt/omroeper/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY requirements/dev.txt requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/dev.txt
COPY . .
RUN /opt/build/bin/python -m build --wheel --no-isolation \
 && /opt/omroeper/bin/pip install --no-cache-dir --no-deps dist/*.whl \
 # nothing is installed later
 && /opt/omroeper/bin/pip uninstall --yes pip \
 # without compiled modules a start takes three times as long
 && /opt/omroeper/bin/python -m compileall -q /opt/omroeper

FROM ${PYTHON}
RUN groupadd --gid 10001 omroeper \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin omroeper \
 && install -d -m 0700 -o omroeper -g omroeper /data
COPY --from=build /opt/omroeper /opt/omroeper
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV PATH=/opt/omroeper/bin:$PATH OMROEPER_CONFIG=/config/omroeper.toml PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8080
STOPSIGNAL SIGTERM
# the pages answer for the process, the database and the scheduler; no proxy of the environment is asked for that
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener as o; o(ProxyHandler({})).open('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["omroeper"]
CMD ["run"]
