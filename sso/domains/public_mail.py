"""Mail services at which anybody can have an address: their domains are no company's. Pure."""

NAMES = """
gmail.com googlemail.com
outlook.com hotmail.com live.com msn.com passport.com windowslive.com onmicrosoft.com
outlook.de outlook.fr outlook.es outlook.it outlook.at outlook.be outlook.dk outlook.ie outlook.jp outlook.kr
outlook.pt outlook.sa outlook.com.ar outlook.com.au outlook.com.br outlook.com.tr outlook.co.id outlook.co.th
outlook.cl outlook.cz outlook.hu outlook.in outlook.lv outlook.my outlook.ph outlook.sg outlook.sk
hotmail.co.uk hotmail.co.jp hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.be hotmail.nl hotmail.ca
hotmail.com.ar hotmail.com.br hotmail.com.tr hotmail.gr hotmail.no hotmail.se hotmail.ch hotmail.dk
live.co.uk live.ca live.com.ar live.com.au live.com.mx live.com.pt live.de live.dk live.fr live.ie live.it
live.jp live.nl live.no live.se live.be live.at live.cl live.cn live.in
yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.co.uk yahoo.co.in yahoo.co.id yahoo.co.jp yahoo.co.kr
yahoo.co.nz yahoo.co.th yahoo.co.za yahoo.ca yahoo.at yahoo.be yahoo.ch yahoo.cl yahoo.cn yahoo.com.ar
yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.co yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.ph
yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr yahoo.gr
yahoo.hu yahoo.ie yahoo.in yahoo.it yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se
icloud.com me.com mac.com privaterelay.appleid.com
aol.com aol.co.uk aol.de aol.fr aim.com verizon.net netscape.net
proton.me protonmail.com protonmail.ch pm.me passmail.net
tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me
gmx.com gmx.net gmx.de gmx.at gmx.ch gmx.fr gmx.co.uk gmx.us gmx.info gmx.biz gmx.org
web.de email.de freenet.de t-online.de mail.de arcor.de online.de 1und1.de posteo.de posteo.net mailbox.org
mail.com email.com usa.com myself.com consultant.com post.com europe.com asia.com iname.com writeme.com
zoho.com zohomail.com zohomail.eu zohomail.in
fastmail.com fastmail.fm fastmail.net fastmail.org hushmail.com hush.com runbox.com startmail.com hey.com
mailfence.com disroot.org riseup.net duck.com
qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net 188.com vip.163.com sina.com sina.cn vip.sina.com
sohu.com 139.com 189.cn wo.cn 21cn.com tom.com aliyun.com
naver.com daum.net hanmail.net nate.com kakao.com
docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp au.com nifty.com ocn.ne.jp biglobe.ne.jp
yandex.ru yandex.com ya.ru yandex.by yandex.kz yandex.ua narod.ru mail.ru inbox.ru bk.ru list.ru internet.ru
rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru ukr.net i.ua meta.ua bigmir.net
rediffmail.com indiatimes.com sify.com
orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr
libero.it virgilio.it tiscali.it alice.it tin.it tim.it inwind.it iol.it fastwebnet.it
btinternet.com btopenworld.com sky.com talktalk.net virginmedia.com ntlworld.com blueyonder.co.uk
tiscali.co.uk o2.co.uk
comcast.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com netzero.net
optonline.net roadrunner.com rr.com windstream.net frontier.com centurylink.net mindspring.com
rogers.com sympatico.ca shaw.ca telus.net videotron.ca bell.net
bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au xtra.co.nz
uol.com.br bol.com.br terra.com.br ig.com.br globo.com r7.com
terra.es telefonica.net ono.com sapo.pt clix.pt mail.pt
ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl xs4all.nl chello.nl upcmail.nl
telenet.be skynet.be proximus.be bluewin.ch hispeed.ch sunrise.ch aon.at chello.at kabsi.at
telia.com spray.se comhem.se online.no frisurf.no tdcadsl.dk mail.dk jubii.dk luukku.com suomi24.fi kolumbus.fi
seznam.cz email.cz centrum.cz post.cz volny.cz atlas.cz azet.sk centrum.sk zoznam.sk post.sk
wp.pl o2.pl onet.pl onet.eu op.pl vp.pl poczta.onet.pl interia.pl interia.eu gazeta.pl tlen.pl poczta.fm
freemail.hu citromail.hu abv.bg mail.bg dir.bg inbox.lv inbox.lt mail.ee hot.ee
walla.co.il walla.com netvision.net.il mynet.com superonline.com
mailinator.com guerrillamail.com 10minutemail.com temp-mail.org yopmail.com trashmail.com maildrop.cc
dispostable.com sharklasers.com getnada.com moakt.com tempmail.com throwawaymail.com mail.tm
"""
PUBLIC_MAIL = frozenset(NAMES.split())


def is_public_mail(name: str) -> bool:
    """Whether a domain, in small letters and ASCII, is one of theirs or below one."""
    labels = name.split(".")
    return any(".".join(labels[at:]) in PUBLIC_MAIL for at in range(len(labels)))
