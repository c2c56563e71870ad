"""Names of Dutch provinces, regions, municipalities and other well-known places, folded: data for `bot.similar.scan`.

A list is needed where capitals tell nothing: the first word of a sentence, a hashtag, a headline in capitals. Everywhere
else a capital inside a sentence is enough. Names that open a sentence as ordinary words more often than as places
("Best", "Huizen", "Putten") are left out.
"""

from __future__ import annotations

from bot.similar.lexicon import words

PLACES = words(
    """
    aalsmeer aalten achterhoek achtkarspelen alblasserdam albrandswaard alkmaar almelo almere alphen altena
    ameland amersfoort amstelveen amsterdam apeldoorn arnhem assen assendelft baarle baarn badhoevedorp
    barendrecht barneveld beekdaelen beesel bennekom bergeijk berkelland bernheze betuwe beuningen beverwijk
    bladel blaricum blerick bloemendaal bodegraven boekel borne borsele boskoop boxmeer boxtel brabant breda
    breukelen bronckhorst brummen brunssum budel bunnik bunschoten bussum castricum coevorden cranendonck
    culemborg dalfsen dantumadiel delft delfzijl deurne deventer diemen dinkelland doesburg doetinchem dokkum
    dongen doorn dordrecht drachten drechterland drenthe drimmelen dronten druten duiven edam ede eefde eemnes
    eemsdelta eersel eext eibergen eijsden eindhoven elburg emmeloord emmen enkhuizen enschede epe ermelo etten
    europoort flevoland franeker friesland fryslan geertruidenberg gelderland geldrop geleen gemert gennep gilze
    goeree goirle gooi gooise gorinchem gouda groningen gulpen haaksbergen haarlem haarlemmermeer halderberge
    hardenberg harderwijk hardinxveld harlingen harskamp hattem heemskerk heemstede heerde heerenveen heerlen
    heeze heiloo hellendoorn hellevoetsluis helmond hengelo heumen heusden hillegom hilvarenbeek hilversum
    holten holwerd hoofddorp hoogeveen hoogezand hoogvliet horst houten hulst ijmuiden ijsselmeer ijsselstein
    joure kampen kapelle katwijk kennemerland kerkrade kesteren koggenland krimpenerwaard krommenie laarbeek
    landgraaf landsmeer lansingerland laren lauwersmeer lauwersoog leerdam leeuwarden leiden leiderdorp
    leidschendam leimuiden lelystad lemmer leusden limburg lingewaard lisse lobith lochem lopik loppersum losser
    lunteren maasdriel maasgouw maashorst maassluis maastricht marken markermeer medemblik meerssen meierijstad
    meppel middelburg moerdijk molenlanden montferland montfoort mook naaldwijk naarden nederweert nieuwegein
    nieuwkoop nijkerk nijmegen nijverdal nissewaard noordoostpolder noordwijk noordwijkerhout nuenen nunspeet
    oegstgeest oirschot oisterwijk oldambt oldebroek oldenzaal olst ommen oosterhout oosterwolde
    ooststellingwerf oostzaan opmeer opsterland oss ouddorp oudewater overbetuwe overijssel papendrecht pekela
    pijnacker purmerend raalte randstad ravenstein renkum renswoude reusel rheden rhenen ridderkerk rijnmond
    rijssen rijswijk roerdalen roermond roosendaal rotterdam rozenburg rozendaal rucphen salland schagen
    scherpenzeel scheveningen schiedam schiermonnikoog schiphol schoonhoven schoorl schouwen simpelveld sittard
    sliedrecht smallingerland sneek soest soesterberg someren spijkenisse stadskanaal staphorst steenbergen
    steenwijk steenwijkerland tegelen terneuzen terschelling texel teylingen tholen tiel tilburg tubbergen
    twente twenterand tynaarlo tytsjerksteradiel uden uitgeest uithoorn urk utrecht vaals valkenburg
    valkenswaard veendam veenendaal veere veghel veldhoven velp velsen veluwe venlo venray vianen
    vijfheerenlanden vinkeveen vlaardingen vlieland vlissingen volendam volkel voorburg voorne voorschoten
    voorst voorthuizen vught waadhoeke waalre waalwijk waddenzee waddinxveen wageningen walcheren wassenaar
    waterland weert weesp westerkwartier westerveld westervoort westerwolde westland weststellingwerf wierden
    wijchen wijdemeren wijhe wijster winschoten winterswijk woensdrecht woerden workum wormerland wormerveer
    woudenberg yerseke zaandam zaanstad zaltbommel zandvoort zeeland zeerijp zeewolde zeist zevenaar zierikzee
    zoetermeer zoeterwoude zuidplas zundert zutphen zwartewaterland zwijndrecht zwolle
    """
)
