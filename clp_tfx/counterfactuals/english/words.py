"""Closed classes of English words, and what tells "her" as an object.

The lists hold words in lower case with the plain apostrophe. They are meant to be whole
for words of closed classes, and to hold the frequent ones of open classes.
"""


def _words(text: str) -> frozenset[str]:
  return frozenset(text.split())


ABBREVIATIONS = _words("mr mrs ms")
"""Words that a full stop can belong to."""
PREPOSITIONS = _words(
  """aboard about above across after against along alongside amid among amongst around
  as at atop before behind below beneath beside besides between beyond by
  concerning despite during except for from in inside into like minus near next of
  off on onto opposite out outside over past per plus regarding since than through
  throughout thru till to toward towards under underneath unlike until unto up
  upon via w w/ with within without"""
)
CONJUNCTIONS = _words(
  """and & or nor but yet so because cause cuz coz bc although though unless while
  whilst whereas if whether that when whenever where wherever after before since
  until once lest plus n tho bcuz cus cos b4 wen"""
)
DETERMINERS = _words(
  """a an the this that these those my your our their its his her some any no each
  every either neither another such both half dat dis da"""
)
PRONOUNS = _words(
  """i me mine myself you u ya yours yourself yourselves he him himself she hers
  herself it itself we us ours ourselves they them theirs themselves one's who
  whom whose which what whatever whoever whichever how why everyone everybody
  everything someone somebody something anyone anybody anything nobody nothing
  none there here i'm im i've i'd i'll you're you've you'd you'll he's he'd he'll
  she's she'd she'll it's we're we've we'd we'll they're they've they'd they'll
  that's there's what's who's let's ur y"""
)
AUXILIARIES = _words(
  """am is are was were be been isn't aren't wasn't weren't isnt arent wasnt werent
  ain't aint has have had hasn't haven't hadn't hasnt havent hadnt does do did
  doesn't don't didn't doesnt dont didnt can could can't couldn't cannot cant
  couldnt would wouldn't wouldnt should shouldn't shouldnt may might must mustn't
  shall won't wont will not gonna gotta"""
)
ADVERBS = _words(
  """again ago ahead alike almost already also altogether always anymore anyhow anyway
  anyways anywhere apart aside away else elsewhere enough even eventually ever
  everywhere forever forth forward further hence however indeed instead just later
  maybe meanwhile moreover nearby never nevertheless nonetheless nowhere nowadays
  often otherwise perhaps please quite rather regardless sometime sometimes
  somehow somewhere soon still therefore thus together tomorrow tonight today too
  twice upstairs downstairs usually very well yesterday yet anyways alot lol lmao
  haha hahaha smh btw imo etc thanks pls plz asap altho now then right straight
  someday anytime sooo soo soooo sum jus tbh xx xoxo omg wtf idk ikr irl rn ngl af
  fr ily hun"""
)
"""Those that follow an object; some can begin a noun phrase as well."""

FINITE_VERBS = _words(
  """went came said says took knew gave became began brought wrote heard meant met ran
  sat spoke grew fell told drew rose drove ate sang swam slept goes gets comes
  takes makes knows thinks sees gives finds becomes keeps begins brings seems
  seemed needed lived died walked talked asked asks replied answered smiled
  laughed cried waved shouted yelled screamed started stopped tried tries tells
  happened happens decided agreed refused arrived appeared appears remained stayed
  stays worked moved turned called killed deserves deserved sucks sucked believes
  believed claimed speaks belongs belonged writes kissed hugged looked helped
  opened stood saw fails"""
)
"""Verbs as they follow a subject, rarely nouns or adjectives as well."""

BARE_VERBS = _words(
  """accept achieve admit agree appear apologize apologise arrive ask be become begin
  behave believe belong blow breathe bring build buy carry catch choose clean
  climb close come commit complete confess continue cook cope crawl create cry
  deal decide deny deserve die dig do dream drink drive drop eat enjoy enter
  escape exist explain express face fall feel fight figure find finish fit fix fly
  follow forget forgive function gain get give glow go grow handle happen hate
  have hear heal hide hold hurt improve join jump keep kill kiss know laugh lay
  lead learn leave lie listen live look lose love make manage marry meet move open
  overcome pack pass pay perform pick play prepare promise prove pull push put
  quit raise reach read realize realise recover reject relax remain remember
  remove respond rest return rise rot run save say scream see seem sell send serve
  set shine sing sit sleep smile speak spend stand start starve stay steal stop
  strip struggle succeed suck suffer sweat swim take talk teach tell think throw
  touch travel try turn understand use vomit wait wake walk want wash watch wear
  weep win wonder work worry write tick shut call catch cough dance deal drink
  fall finish fly hurt jump kick kill kiss laugh leave push pull race ride scream
  sleep stare struggle twist yell shout swear bleed drown faint sneeze snore sob
  squirm suffer cheat attack perform compete graduate recover"""
)
"""Verbs as they follow "saw her", "made her", "let her" and "helped her"."""

BARE_VERB_VERBS = _words(
  """let lets letting make makes made making help helps helped helping see sees saw
  seen seeing watch watches watched watching hear hears heard hearing feel feels
  felt feeling have had having has bid notice noticed noticing observe observed"""
)
NOUNS_AFTER_LET = _words(
  """hair guard husband kids children family son daughter mother father brother sister
  dog dogs cat friends friend boyfriend emotions feelings anger pain fear fears
  imagination eyes hand hands head mind body arms arm own life past ego temper
  voice"""
)
DITRANSITIVES = _words(
  """give gives gave given giving gimme send sends sent sending show shows showed shown
  showing tell tells told telling teach teaches taught teaching offer offers
  offered offering pay pays paid paying buy buys bought buying hand hands handed
  handing lend lends lent lending owe owes owed owing grant granted granting bring
  brings brought bringing cost costs deny denied denying feed feeds fed feeding
  get gets got getting wish wished wishing promise promised promising ask asks
  asked asking cause caused causing earn earned award awarded awarding save saved
  saving call calls called calling make makes made making name named naming serve
  served do does did throw threw assign assigned allow allowed read reads reading
  send write wrote writes text texted bake baked bet charge charged charging cook
  cooked email emailed fax faxed fine fined guarantee guaranteed lent loan loaned mail
  mailed order ordered pour poured prescribe prescribed quote quoted refund refunded
  refuse refused refusing sell sells sold spare spared"""
)
GIVEN_NOUNS = _words(
  """access advice answers attention balls bail birth breakfast candy cash chances
  chocolate chocolates clothes clothing coffee comfort compliments condolences
  confidence congratulations context control courage crap credit dinner directions
  dollars drugs encouragement energy error examples feedback flowers food
  forgiveness freedom gifts goosebumps grief guidance heck hell help homework hope
  hugs hush ice info information insight instructions jewelry jewellery joy
  headaches nightmares chills cancer aids flak credence candies cookies pizza
  cream cpr looks drinks thumbs luck rides trust kisses kudos leeway lessons lies
  lunch meds medication medicine messages milk money motivation names notice
  nothing orders pain peace permission pictures pics pills pleasure pointers
  points power praise presents pressure props protection questions reassurance
  recognition refuge relief respect ride roses satisfaction security sex shelter
  shit space stories strength stuff suggestions support sympathy tea texts thanks
  things tickets time tips toys treats trouble truth updates veto water wine"""
)
"""What one gives, tells or sends somebody without an article before it."""

NAMING_VERBS = _words(
  """call calls called calling name named naming names dub dubbed nickname nicknamed
  christen christened crown crowned label labelled labeled labeling elect elected
  appoint appointed declare declared"""
)
COMPLEMENT_VERBS = _words(
  """make makes made making find finds found finding keep keeps kept keeping call calls
  called calling consider considers considered considering think thinks thought
  drive drives drove driving leave leaves left leaving get gets got getting have
  has had having want wants wanted wanting see sees saw seen seeing believe
  believed deem deemed need needs needed like likes prefer set sets render
  rendered turn turned label labeled hold holds held imagine picture declare
  declared pronounce pronounced prove proved wish catch caught watch watched hear
  heard feel felt send sent bury buried eat beat beats shoot shot fuck fucking
  fucked"""
)
"""Verbs whose object an adjective or a participle can follow: made her happy."""

ING_VERBS = _words(
  """see sees saw seen seeing watch watches watched watching hear hears heard hearing
  feel felt notice noticed noticing catch catches caught catching find finds found
  finding keep keeps kept keeping leave leaves left leaving stop stops stopped
  stopping remember remembers remembered imagine imagined picture have had having
  get got getting start started want wants wanted like hate mind spot spotted send
  sent prevent prevented observe observed photograph photographed film filmed
  depict depicting show shows showing shown"""
)
"""Verbs whose object can be followed by a form in -ing: saw her leaving."""

ADJECTIVES = _words(
  """able accountable afraid alive alone angry anxious ashamed asleep attractive awake
  aware awesome awkward bad beautiful better bitter blind bored boring brave
  breathless broke busy calm capable careful charming cheap clean clever cold
  comfortable competent confident confused conscious content cool correct crazy
  creepy cruel cute dangerous dead deaf delightful dependent depressed desperate
  different difficult dirty disgusting dishonest drunk dry dull dumb easy
  embarrassed empty entertaining evil excited exhausted fabulous fair faithful
  false famous fascinating fat fit foolish free friendly frustrated full fun funny
  furious gay generous gentle glad good gorgeous great green grumpy guilty
  handsome happier happy hard harmless healthy heavy helpful helpless high
  homeless honest hopeless horny hot humble hungry hysterical ignorant ill
  immortal immune impossible impressive incapable independent innocent insane
  insecure inspiring insufferable intelligent interested interesting invisible
  irresistible irritating jealous kind late lazy liable lonely loose lucky mad
  mean mentally miserable mute naked nauseous nervous nice normal nuts numb
  obnoxious odd ok okay old overweight pale paranoid patient perfect physically
  pleasant polite poor popular powerful powerless pregnant pretty proud quiet
  racist ready relatable repulsive responsible rich rude sad safe scared secure
  selfish sensitive serious sexy sharp shocked shy sick silent silly single skinny
  sleepy slim small smart sober special speechless stiff strange strong stuck
  stupid successful suitable superior sure suspicious sweet tall tense terrible
  thirsty tired tough trustworthy ugly unable unaware uncomfortable unconscious
  unhappy unique unpleasant unstable unsuitable unwell upset useful useless
  vulnerable warm weak weird welcome wet wise wonderful worried worse worthy wrong
  young younger"""
)
ADJECTIVE_ENDINGS = ("able", "ible", "ful", "ous", "ive", "less", "ish", "est")
PARTICIPLES = _words(
  """beaten bitten born broken built burnt caught chosen cut done drawn driven drunk
  fallen fed forgotten forgiven found frozen given gone hanged heard held hidden
  hit hung hurt kept killed known laid left locked lost made married misunderstood
  paid put raped rescued robbed seen sent set shot shut stuck sung taken taught
  thrown tied told torn treated undressed walking worn"""
)
LY_ADJECTIVES = _words(
  """beastly bodily brotherly chilly costly cowardly curly daily deadly deathly
  disorderly early earthly elderly family fatherly friendly ghastly ghostly godly
  goodly grisly heavenly hilly holy homely hourly jolly kindly likely lively
  lonely lovely lowly manly masterly melancholy monthly motherly nightly oily only
  orderly portly princely quarterly saintly scholarly sickly silly sisterly sly
  smelly stately steely surly timely ugly ungodly unholy unlikely unruly unsightly
  untimely weekly wily wobbly womanly woolly worldly wrinkly yearly anomaly ally
  allies assembly belly bully butterfly doily family fly folly italy jelly lily
  monopoly reply supply tally"""
)
TIME_NOUNS = _words(
  """night week weekend month year summer winter spring fall autumn monday tuesday
  wednesday thursday friday saturday sunday morning evening afternoon january
  february march april may june july august september october november december
  semester time weeks days years months day"""
)
PARTICLE_VERBS = _words(
  """call calls called calling want wants wanted take takes took taken taking bring
  brings brought bringing get gets got getting send sends sent sending let lets
  invite invited win won give gave giving pay paid text texted texting message
  messaged write wrote love loved hit hold held pull pulled push pushed put puts
  keep kept drive drove follow followed fight fought have had see turn turned
  throw threw knock knocked drag dragged bite welcome welcomed hire hired ask
  asked come came buy bought stab beat carried carry accept accepted escort
  escorted walk walked fly flew ship shipped force forced hurt strap calm calmed
  slow break broke tie tied track tracked shoot shot tear cut gun hunt hunted talk
  talked vote voted lay laid pin pinned lift lifted set sit shut pick picked lock
  locked wake woke dress dressed hook hooked cheer cheered beat look looked build
  help helped back leave left"""
)
"""Verbs whose object can be followed by back, down, up, home and the like."""
NOUN_LIKE_VERBS = _words(
  """act answer change cut dream dress face gain hope lie look love pass play promise
  reply return shape share show smile sound taste touch visit voice wish"""
)
"""Bare verbs that are nouns more often: saw her smile, felt her touch."""
ING_NOUNS = _words(
  """beginning being belongings blessing boring breathing building calling cooking
  darling earring earrings ending evening everything feeling feelings hearing king
  learning meaning morning nothing offspring opening painting paintings ring rings
  rating recording ranking saying sibling siblings singing spelling spring string
  suffering surroundings swing talking teaching thing things timing training
  understanding upbringing warning wedding wing wings writing writings"""
)
"""Nouns in -ing and the like."""
PREDICATIVE_ADJECTIVES = _words(
  """able accountable afraid alive alone ashamed asleep awake aware glad ok okay ready
  unable unaware unwell welcome"""
)
"""Adjectives that do not stand before a noun."""
INTENSIFIERS = _words(
  """as extremely fairly incredibly pretty quite rather really so somewhat too totally
  very"""
)
NUMBERS = _words(
  """one two three four five six seven eight nine ten eleven twelve twenty thirty forty
  fifty hundred thousand million few many several"""
)
COPULAS = _words(
  """is was are were be been being am isn't wasn't aren't weren't it's that's become
  became becomes remain remains remained 's"""
)
AFTER_POSSESSIVE_PRONOUN = _words(
  """is are was were isn't aren't wasn't weren't has had does did would could should as
  at by for from in into of on than to with without about during until since when
  if but because while although though that unless whether where who whom which he
  she they we you it them the a an this these those my your our their its her
  alone too anyway either again tonight yesterday tomorrow today instead nor yet
  across through against among between beside  his doesn't didn't don't
  won't hasn't haven't hadn't wouldn't couldn't shouldn't can't cannot isnt wasnt
  doesnt didnt wont cant"""
)
"""What follows "his" as a pronoun, and hardly ever as a determiner."""
QUALIFIERS = _words(
  """additional constant dirty endless equal excellent extra fake false fresh full
  great ice instant less little loud mixed mouth much new plain proper pure real
  real-time total tough unwanted verbal"""
)
"""What can stand between "gave her" and what was given, besides adjectives."""
NEUTRAL_HEADS = _words(
  """adult adults colleague colleagues communities community couple couples coworker
  coworkers employee employees families family folk folks friend friends
  individual individuals kid kids child children neighbor neighborhood
  neighborhoods neighbors neighbour neighbourhood neighbourhoods neighbours parent
  parents people peoples person persons population student students teacher
  teachers voter voters worker workers"""
)
"""Last words of terms that name no identity: of "black people", "people"."""
OFFICES = _words(
  """boss captain chair chairman chairperson chairwoman ceo chancellor director
  governor leader manager mayor mvp president principal secretary treasurer
  valedictorian"""
)
"""What one elects, makes or calls somebody without an article."""
SPEAKING_VERBS = _words("say think know believe want agree understand seem become go")
"""Verbs that are no nouns, as they follow a plural subject."""
PICTURES = _words(
  """clip clips footage image images instead memories memory photo photos photograph
  photographs picture pictures scene scenes shot shots sight sound tape thought
  video videos vision"""
)
"""What is "of her leaving", where her is an object."""
TAUGHT = _words(
  """children class classes daughter daughters dog dogs friends girls group horse
  husband kids own puppy son sons students team"""
)
"""Whom one teaches and wishes well, rather than what."""
ADVERBS_OR_ADJECTIVES = _words(
  """abroad aboard ashore backward backwards daily downtown elsewhere first-hand
  forward forwards full-time indoors live long midway monthly nightly offline online
  outdoors overboard overnight overseas part-time sideways underground underwater
  upright weekly"""
)
"""What says where and how long, and can stand before a noun."""
CLAUSE_VERBS = (AUXILIARIES - {"not"}) | _words(
  "will wants needs said says came went died"
)
"""The second word of a clause that says what somebody was told."""
TELLING_VERBS = _words(
  """tell tells told telling inform informed assure assured remind reminded warn warned
  convince convinced text texted"""
)
"""Verbs that need the person who is told something."""
GIVING_VERBS = _words(
  """give gives gave given giving hand hands handed handing lend lent lending prescribe
  prescribed feed fed feeding offer offers offered offering"""
)
"""Verbs that need the person who is given something."""
OWN_PLURALS = _words(
  """comments details feelings feet findings hands ideas impressions initials lips
  memories numbers opinions papers reasons regards regrets remarks services thoughts
  views"""
)
"""What one gives of one's own without saying to whom."""
RECIPIENTS = TAUGHT | _words(
  """babies boys brothers cats clients colleagues cousins employees fans followers
  grandkids grandchildren guests kitties moms neighbors nieces nephews parents patients
  pets puppies readers relatives sisters staffers subordinates supporters troops
  viewers voters workers kittens"""
)
"""Who is given or taught something, rather than what."""
ACQUAINTANCES = _words(
  """acquaintance associate aunt brother buddy classmate client colleague companion
  cousin coworker friend mate neighbor neighbour nephew niece pal partner relative
  roommate sister student uncle"""
)
"""Who is a friend "of his", not of somebody who is his."""
