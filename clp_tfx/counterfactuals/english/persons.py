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
  return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


PERSONS = _with_plurals(
  """academic accountant activist actor actress addict administrator adolescent adult
  adviser advisor agent allies ally alumnus ambassador amputee analyst ancestor
  anchor applicant architect aristocrat artist asshole astronaut athlete attendee
  attorney aunt author baby bachelor banker barber baron bastard batsman beggar biker
  billionaire bishop bitch blogger bloke boomer borrower boss bowler boxer boy
  boyfriend brethren bride brother buddy bureaucrat businessman businesswoman buyer
  bystander cab-driver candidate captain cardinal caregiver carer carpenter
  cartoonist celebrity ceo champion chancellor chap character chef chick chief child
  citizen civilian clergy clergyman clerk client coach collaborator colleague
  colonist colonizer comedian commander commentator communities community commuter
  companion composer conductor congregant congregation congressman congresswoman
  conservative consultant consumer contestant convict cook cop correspondent couple
  cousin cowboy coworker craftsman creator cricketer criminal critic crowd customer
  cyclist dad daddy dancer daughter deacon dealer defender delegate democrat
  demonstrator dentist descendant descendants designer detective developer dickhead
  dictator diplomat director dissident doctor donor drag-queen driver drug-dealer
  dude economist editor elder electorate electrician elite emigrant emperor employee
  employer enemy engineer entertainer entrepreneur executive expat expert explorer
  extremist family fan fanatic farmer father fella fellow female feminist fighter
  filmmaker firefighter fireman fisher fisherman folk folks fool footballer foreigner
  founder friend gal gamer gang-member gangster geezer general gentleman girl
  girlfriend goalkeeper golfer governor graduate grandchild granddaughter grandfather
  grandma grandmother grandpa grandparent grandparents grandson guard guest guitarist
  gunman guru guy gymnast hacker hero heroine historian homebuyer homeowner hooker
  host hostage hubby human hunter husband idiot imam immigrant individual infant
  influencer inhabitant inmate intellectual intern inventor investor jerk jihadist
  job-seeker journalist judge juror kid kin king laborer labourer lad lads lady
  landlord lass lawgiver lawmaker lawyer leader learner legend lender liberal
  librarian lieutenant listener lobbyist lord loser lover loyalist maid male man
  manager mate mathematician mayor mechanic member men merchant midfielder migrant
  militant millennial millionaire miner minister minor minority missionary mob mom
  monarch monk moron mother motorist mp mum murderer musician mystic national
  nationalist native neighbor neighbour nephew nerd newborn newcomer niece nobleman
  nobody novelist nun nurse offender officer official oldster oligarch onlooker
  operative opponent orphan outsider owner painter parent participant partner
  party-goer passenger passerby pastor patient patriot peasant pedestrian peer people
  perpetrator person personality pervert philosopher photographer physician physicist
  pilot pimp pioneer pirate player plumber poet policeman policewoman politician pope
  populace population practitioner preacher preschooler president prick priest prince
  princess prisoner producer professional professor programmer proletarian prosecutor
  prostitute protester protestor public pupil quarterback queen rabbi racer racist
  rapist rapper reader rebel recruit referee refugee reporter representative
  republican researcher resident respondent retiree rider rival roommate ruler runner
  sailor saint salesman scholar schoolboy schoolchild schoolgirl scientist sculptor
  scumbag secretary senator senior separatist servant serviceman settler sheriff
  shooter shopkeeper shopper sibling singer sinner sir sister skier slacker slave
  slave-owner slaveholder slut socialist socialite soldier somebody son songwriter
  spectator spokesman spokesperson spokeswoman spouse sprinter spy statesman
  stepfather stepmother stranger streamer striker student subject subscriber
  superstar supervisor supporter supremacist surgeon survivor suspect swimmer
  taxpayer technocrat teen teenager tenant terrorist theologian therapist thief thug
  toddler tourist trader tradesman trainee trainer traitor translator traveler
  traveller tribe troop troops trucker tween tycoon uncle undergraduate user vet
  veteran victim viewer villager villain violinist visitor volunteer voter waiter
  waitress warlord warrior whore widow widower wife winner witness woman worker
  workman wrestler writer youngster youth youtuber"""
) | _words(
  """alumna alumni brethren children clergy electorate everyone folk grandchildren
  humanity humans kinfolk lives men menfolk midwives passersby peoples police
  populace public schoolchildren thieves wives women womenfolk youths"""
)
"""Nouns that name persons, in both numbers."""
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
  """amateur american-born angry armed average bad beautiful best better big bisexual
  born brave cisgender class clever college conservative crazy cute damn day dead
  decent democratic different dozen dumb dying early eastern educated eight elite
  entire everyday evil famous fat fellow fellow-minded female few fine first five
  foreign former four free fucking future gay goddamn good great handsome
  hard-working heterosexual homosexual honest hot hundred illegal independent
  innocent junior last leading legal lesbian liberal little local lower lower-class
  loyal male many medical middle middle-aged middle-class million missing modern
  modest most much murdered native new next nice nine non normal northern older
  ordinary other own particular patriotic poor popular powerful pregnant professional
  prominent proud racist random real regular religious republican respected rich
  rural senior seven several sexy short sick single six skilled skinny small smart
  so-called southern strong stupid suburban successful supposed tall teenage ten
  thousand three top trained transgender true two typical ugly unarmed undergraduate
  unmarried unskilled upper upper-class urban very well-known western wonderful
  working working-class world-famous wounded younger"""
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
  parliament parties party police press regime republic science senate state states
  times treasury union university"""
)
LANGUAGE_NOUNS = _words(
  """accent alphabet channel class classes course courses dialect dictionary dub
  edition exam fluency grammar homework language languages lesson lessons literature
  major majors proficiency song speaker speakers subtitles teacher teachers text
  translation translations translator translators tutor version vocabulary word words"""
)
