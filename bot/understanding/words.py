"""Words that frame a wish in either language but name no product and no brand. Folded, as they are looked up."""

from __future__ import annotations

from bot.understanding.normalise import word_set

#: Never part of a product's name, wherever they stand.
NEVER_PRODUCT = word_set(
    """
    i i'm im i'll i'd i've you u ya y'all ur your their you're we we're they do does did don't doesn't dont have has
    had hav having got gotten any anyone anybody anywhere is are isn't aren't am was were be been there there's
    where where's wheres wher who who's which what what's whats when how why need needs want wants wanna would could
    should like looking find finding buy buying purchase get getting gimme sell sells selling sold carry carries
    carrying available availability help quoi please pls plz plzz near nearby nearest closest store stores shops
    tell show check know see if whether that this these those it its it's them my me mine ok okay hi hello hey
    thanks thx asap kindly maybe just really also still else so uh um er hmm lol btw actually hold reserve book yes
    no not yeah nope cheap cheapest urgent urgently anything something got'em left tonight u're gonna gotta je j'ai
    j'aimerais j'voudrais t'as t'aurais tu vous nous ils elle elles on avez avez-vous as-tu avait avaient aviez
    avons ai aurais auriez auriez-vous aurait a-t-il aimerais aimerait cherche cherches cherchons recherche
    recherchons voudrais voudrait veux veut voulais voulons souhaite souhaiterais faut faudrait besoin trouver
    trouve trouves trouvez acheter achete dispo dispos disponible disponibles disponibilite magasin magasins
    boutique boutiques proche proches svp stp bonjour bonsoir salut coucou merci que qu est-ce est sont suis es etes
    y encore aussi reste restent resterait avoir peux peut pouvez pourrais pourriez peux-tu pouvez-vous
    pourriez-vous puis-je dites dis moi toi dire ca cela ceci quel quelle quels quelles lequel laquelle vends vendez
    vendez-vous vend vendre votre vos notre savoir si alors donc euh ben bah voila quand comment pourquoi combien
    ici reserver reservez garder gardez mettre mettez celui celle celui-ci celui-la celle-ci celle-la ceux oui non
    mais pas c'est s'il se ont est-il est-elle prends prendre prendrai vais take trying chance you've closer further
    away
    """
)
#: May stand inside a product's name, but not at its edges.
NOT_AT_EDGE = word_set(
    """
    a an the of for with and or but in on at by to from around some as then than up out off over under about into
    now here le la les l un une des du de d au aux en et ou avec sans pour par sur dans chez ce cet cette ces mon ma
    mes son sa ses leur n ne il plus moins tres bien one ones more each per is it can will s c m t qu j vers pres
    too very only another other autre autres more left store stock shop sinon first deja par-dela
    """
)
#: What follows "not" or "pas" without being a brand.
NOT_A_BRAND = word_set(
    """
    sure available in too now yet really expensive far so much many that this the it one here there what only just
    problem idea thanks need more less open closed close at able working interested today tomorrow tonight cher
    chere chers trop dispo disponible loin encore mal besoin sur tout tous la le les celui celle ce plus grave
    possible envie ouvert ferme maintenant en a est question way matter moi vous worries if for have do be stock i
    my on from bad good grand-chose un une de deal thank was
    """
)
