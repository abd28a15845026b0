"""English words that sense rules look at: persons, and what stands beside them."""


def _words(text: str) -> frozenset[str]:
  return frozenset(text.split())


def _with_plurals(text: str) -> frozenset[str]:
  return frozenset(form for word in text.split() for form in (word, _plural(word)))


def _plural(word: str) -> str:
  if word.endswith("man"):
    return word[:-2] + "en"
  if word.endswith("y") and word[-2] not in "aeou":
    return word[:-1] + "ies"
  hisses = word.endswith(("s", "x", "ch", "sh")) and not word.endswith("arch")
  return word + ("es" if hisses else "s")


PERSONS = _with_plurals(
  """academic accountant activist actor actress addict administrator adolescent adult
  adviser advisor agent allies ally alumnus ambassador amputee analyst ancestor
  ancestry anchor applicant architect aristocrat arse arsehole artist ass assassin
  asshat asshole astronaut athlete attendee attorney aunt author azz baby bachelor
  banker barber baron bastard batsman beggar biker billionaire bishop bitch blogger
  bloke blood body boomer borrower boss bowler boxer boy boyfriend brethren bride
  brother buddy bureaucrat businessman businesswoman butt butthole buyer bystander
  cab-driver candidate captain cardinal caregiver carer carpenter cartoonist
  celebrity ceo champion chancellor chap character cheater chef chick chief child
  citizen citizenship civilian clergy clergyman clerk client coach cock collaborator
  colleague colonist colonizer comedian commander commentator commie communities
  community commuter companion composer conductor congregant congregation congressman
  congresswoman conservative consultant consumer contestant convict cook cop
  correspondent couple cousin cowboy coworker craftsman creator cricketer criminal
  critic crowd cuck cunt customer cyclist dad daddy dancer daughter deacon dealer
  defender delegate democrat demonstrator dentist descendant descendants descent
  designer detective developer diaspora dick dickhead dictator diner diplomat
  director dissident doctor donor drag-queen driver drug-dealer dude dyke economist
  editor elder electorate electrician elite emigrant emperor employee employer enemy
  engineer entertainer entrepreneur executive expat expert explorer extraction
  extremist fag faggot family fan fanatic farmer father fella fellow female feminist
  fighter filmmaker firefighter fireman fisher fisherman folk folks fool footballer
  foreigner founder freak friend fuck fucker gal gamer gang-member gangster geezer
  general gentleman girl girlfriend goalkeeper golfer governor graduate grandchild
  granddaughter grandfather grandma grandmother grandpa grandparent grandparents
  grandson groper group groupie guard guest guitarist gunman guru guy gymnast hacker
  heritage hero heroine historian hoe homebuyer homeowner hooker host hostage hubby
  human hunter husband hypocrite idiot imam immigrant individual infant influencer
  inhabitant inmate intellectual intern inventor investor jackass jerk jihadist
  job-seeker journalist judge juror kid kin king laborer labourer lad lads lady
  landlord lass lawgiver lawmaker lawyer leader learner legend lender liberal
  librarian libtard lieutenant listener lobbyist lord loser lover loyalist mafia maid
  male man manager martyr mate mathematician mayor mechanic member men merchant
  midfielder migrant militant millennial millionaire miner minister minor minority
  missionary mob mom monarch monk moron mother motherfucker motorist mp mum murderer
  musician mystic nation national nationalist nationality native nazi neighbor
  neighbour nephew nerd newborn newcomer niece nigga nigger nobleman nobody novelist
  nun nurse offender officer official oldster oligarch onlooker operative opponent
  origin orphan outsider owner painter parent parentage participant partner
  party-goer passenger passerby pastor patient patriot payer peasant pedestrian peer
  people peple perpetrator person personality pervert phanatic philosopher
  photographer physician physicist pig pilot pimp pioneer pirate player plumber poet
  policeman policewoman politician pope populace population practitioner preacher
  preschooler president prick priest prince princess prisoner privilege producer
  professional professor programmer proletarian prosecutor prostitute protester
  protestor public pupil pussy quarterback queen rabbi race racer racist rapist
  rapper reader rebel recruit referee refugee reporter representative republican
  researcher resident respondent retard retiree rider rival roommate ruler runner
  sailor saint salesman scholar schoolboy schoolchild schoolgirl scientist sculptor
  scum scumbag secretary senator senior separatist servant serviceman settler sheriff
  shooter shopkeeper shopper sibling singer sinner sir sister skier slacker slave
  slave-owner slaveholder slut snob snowflake socialist socialite soldier somebody
  son songwriter spectator spokesman spokesperson spokeswoman spouse sprinter spy
  statesman stepfather stepmother stranger streamer striker student subject
  subscriber superstar supervisor supporter supremacist surgeon survivor suspect
  swimmer tax-payer taxpayer technocrat teen teenager tenant terrorist theologian
  therapist thief thug toddler tourist trader tradesman trainee trainer traitor
  translator traveler traveller tribe troll troop troops trucker twat tween twin twit
  tycoon uncle undergraduate user vandal vegan vegetarian vet veteran victim viewer
  villager villain violinist visitor volunteer voter waiter waitress wanabee wanker
  wannabe warlord warrior whore widow widower wife wikipedian winner witness woman
  womans worker workman wrestler writer youngster youth youtuber"""
) | _words(
  """alumna alumni brethren children clergy electorate everyone folk grandchildren
  humanity humans kinfolk lives men menfolk midwives passersby peoples police
  populace public schoolchildren thieves wives women womenfolk youths"""
)
"""Nouns that name persons, in both numbers."""
PERSON_ENDINGS = ("ist", "ian", "crat", "holic", "er", "or")
"""Endings of further nouns for persons, in the singular."""
NO_PERSONS = _with_plurals(
  """after amber ancestry anchor anger another answer ardor armor arse arsehole ass
  assassin asshat azz banner barrier beaver beer bestseller better blazer blender
  blister blockbuster blood blunder body boiler booster border bother boulder bumper
  burger butt butter butthole calendar cancer carrier center chamber chapter charter
  cheater cheddar cider cinder citizenship cleaner cluster cock collar color colour
  commie computer container cooler copper corner corridor counter cousin cover
  cracker crater cuck cucumber cunt cylinder decor descent detector diaper diaspora
  dick dimer diner dinner disaster disorder dollar door drawer drier dryer dyke
  either elevator elixir encounter error ever exterior extraction factor fag faggot
  favor favour feather fender fever fiber filter finger flavor flavour floor flower
  folder freak freezer fritter fuck fucker fur further gender ginger glacier glamor
  glitter grammar groper group groupie hammer hamster hanger harbor harbour heater
  helicopter heritage hoe hover humor humour hunger hypocrite identifier indicator
  interior isomer jackass jumper ladder larder laser latter laughter launcher layer
  leather letter lever libtard lighter liquor lobster locker lumber mafia major
  martyr matter mirror monarch monitor monomer mortar motherfucker motor murder
  muster nation nationality nazi never newsletter newspaper nigga nigger nor nuclear
  number odor offer opener order origin other oyster pallor panther paper parentage
  parlor peple pepper phanatic pig plaster platter plunger pointer poker polymer
  popper poster powder power prayer primer printer privilege processor projector
  propeller proper puncher pussy quarter race rather razor reactor refrigerator
  register remainder reminder retard retriever river roller rubber rumor rumour saber
  sampler scissor scooter scum scumbag sector sensor setter sewer shelter shoulder
  shower shutter silver similar skyscraper slander slipper snob snowflake solar
  spider splendor sprinkler starter sticker strainer streamer suffer sugar summer
  super supper surrender sweater tanker tax-payer terrier thriller tiger timber
  toaster together toner tower tractor trailer transfer transistor tremor trigger
  troll trouser tuber tumor twat twin twit under upper usher vandal vapor vector
  vegan vegetarian vernacular vigor vinegar wafer wager wallpaper wanabee wanker
  wannabe water weather whether whisper wikipedian winter wonder zipper"""
)
"""Words with such an ending that name no person."""
VERBS = _words(
  """beat became began bought brought built came chose did drew drove fell felt fled
  flew fought found gave gets got grew had hates held kept knew laid led left lost
  loves made meant met owe paid ran rose said sang sat saw sent set shot sold spent
  spoke stole stood swam takes taught thinks thought threw told took wants went won
  wore wrote"""
)
"""Verbs in the past and others that follow a noun for people."""
WORKS = _words(
  """album anime band book comic film game magazine movie novel opera play series show
  song"""
)
"""What has a title."""
PERSON_PRONOUNS = _words(
  """anybody anyone everybody everyone he her herself him himself i me myself nobody
  ppl she somebody someone them themselves they u us we who whoever y'all ya yall you
  yourself"""
)
PERSON_CONTRACTIONS = _words(
  """he's hes i'm im she's shes they're theyre u're ur we're who's you're youre"""
)
"""A person as a subject with its copula in one word."""
LINKING_VERBS = _words(
  """act acted acts became become becomes becoming born die died feel feeling feels
  felt get gets getting go goes going gone got gotten grew grow growing grows
  identifies identify look looked looking looks remain seem seemed seems stay stayed
  turn turned turning went"""
)
"""Verbs like a copula: he looked old, they grew up poor."""
LINKING_PARTICLES = _words("up as out like")
"""What stands between such a verb and what is said: grew up, identifies as."""
HUMAN_ADJECTIVES = _words(
  """amateur american-born angry armed army average bad basketball beautiful best
  better big bisexual born brave cancer church cisgender class clever college
  conservative crazy cute damn day dead decent democratic different dozen drug dumb
  dying early eastern educated eight elite entire everyday evil factory famous fat
  fellow fellow-minded female few fine first five football foreign former four free
  fucking future gang gay goddamn good great handsome hard-working heterosexual
  holocaust homosexual honest hot hundred illegal independent innocent junior last
  leading legal lesbian liberal little local lower lower-class loyal male many mass
  medical middle middle-aged middle-class million missing modern modest most much
  murdered naive native new next nice nine non normal northern office older ordinary
  other own particular patriotic police poor popular powerful pregnant professional
  prominent proud racist random real regular religious republican respected rich
  rural senior seven several sex sexy short sick single six skilled skinny small
  smart so-called southern street strong stupid suburban successful suicide supposed
  tall tax teenage ten thousand three top trained transgender true two typical ugly
  unarmed undergraduate union unmarried unskilled upper upper-class urban very war
  well-known western wonderful working working-class world-famous wounded younger"""
)
"""What can stand between an identity and the person: a black professional athlete."""
INDIVIDUALS = _words("a an another every each one this that the fellow")
SEVERAL = _words(
  """all eight fellow few five four hundreds many million millions most nine seven
  several six some ten these those thousands three two"""
)
POSTMODIFIERS = _words(
  """aged based born called claiming going holding living looking named playing
  speaking trying wearing whose working"""
)
"""What can follow a noun for a person, besides the words of closed classes."""
GREETINGS = _words(
  """aw aww bro bye cheers come-on congrats damn dang dear dude fuck goodbye
  goodnight haha hello hey hi lmao lol man nah no nope oh ok okay please shit sorry
  sup thank thanks thx ty ugh welcome well wow yea yeah yep yes yo"""
)
"""After which a word such as bro speaks to somebody."""
POSSESSORS = _words("my your his her our their its whose 's")
INSTITUTIONS = _words(
  """academy administration agency airline airlines airport airways alliance army
  association authorities authority bank board brotherhood bureau cabinet chamber
  channel church churches clinic club commission committee congress constitution
  consulate corporation council court courts department diocese embassy empire
  federation forces foundation gospel government governments hospital hospitals
  institute intelligence league legislature ministry museum navy newspaper orchestra
  parliament parties party police press regime republic school schools science senate
  state states times treasury union university"""
)
LANGUAGE_NOUNS = _words(
  """accent alphabet channel class classes course courses dialect dictionary dub
  edition exam fluency grammar homework language languages lesson lessons literature
  major majors proficiency song speaker speakers subtitles teacher teachers text
  translation translations tutor version vocabulary word words"""
)
