"""What prompts are made of: subjects and forms of questions, programs, rewritings and stories. Written for this recipe."""

SUBJECTS = """
photosynthesis; black holes; the water cycle; volcanoes; earthquakes; the immune system; vaccines; antibiotics; DNA; evolution; gravity; inflation;
supply and demand; interest rates; taxes; insurance; the stock market; budgeting; renewable energy; nuclear power; solar panels; wind turbines;
electric cars; batteries; recycling; composting; climate change; deforestation; coral reefs; migration of birds; honey bees; octopuses; whales;
wolves; cats; dogs; horses; dinosaurs; fossils; the ice age; the Roman Empire; ancient Egypt; the Silk Road; the printing press; the French Revolution;
the Industrial Revolution; the First World War; the moon landing; the Cold War; democracy; constitutions; human rights; the United Nations; elections;
trade unions; philosophy; logic; ethics; stoicism; psychology; memory; dreams; sleep; stress; meditation; exercise; running; swimming; cycling; yoga;
healthy eating; vitamins; protein; bread; cheese; coffee; tea; chocolate; cooking rice; soup; knife skills; gardening; tomatoes; houseplants; pruning;
carpentry; painting a room; fixing a leaking tap; saving water; moving house; travelling alone; packing a suitcase; hiking; camping; maps; compasses;
astronomy; telescopes; satellites; rockets; Mars; the sun; eclipses; tides; rivers; deserts; rainforests; mountains; islands; Japan; Brazil; Kenya;
India; Iceland; Paris; New York; music theory; the piano; the guitar; jazz; opera; film editing; photography; painting; poetry; novels; Shakespeare;
writing letters; public speaking; job interviews; negotiation; leadership; teamwork; time management; learning a language; teaching children;
mathematics; fractions; probability; statistics; prime numbers; geometry; algebra; calculus; computers; the internet; encryption; passwords;
databases; operating systems; machine learning; neural networks; robots; video games; chess; football; basketball; the Olympic Games; board games;
magnets; electricity; light; sound; heat; atoms; chemical reactions; acids; metals; plastic; glass; concrete; bridges; trains; ships; aeroplanes;
clocks; calendars; money; banks; credit cards; small businesses; marketing; customer service; museums; libraries; friendship; honesty; courage
"""

QUESTION_FORMS = """
What is the most important thing to know about {}?; Explain {} to a ten-year-old child.; Give me five facts about {}.; Why do people care about {}?;
Write a short paragraph about {}.; What are the advantages and disadvantages of {}?; I am a beginner. Where should I start with {}?;
What are common mistakes people make with {}?; Give a short history of {}.; Can you explain how {} works?; Give me three tips about {}.;
What would you tell a friend who asks about {}?; List the key terms of {} with one sentence each.; Describe {} in simple words.;
Make an outline for a talk about {}.; What is the connection between {} and everyday life?; Ask me three quiz questions about {} and give the answers.;
Write an email to a colleague about {}.; What questions about {} are still open?; Compare {} with something similar.
"""

PROGRAM_TASKS = """
reverses a string; checks whether a word is a palindrome; counts the vowels of a text; finds the largest number of a list; sums the even numbers of a list;
computes the factorial of n; returns the first n Fibonacci numbers; checks whether a number is prime; sorts a list with bubble sort;
searches a sorted list by binary search; merges two sorted lists; removes duplicates from a list; counts the words of a text; converts Celsius to Fahrenheit;
reads a CSV file and prints its rows; writes a dictionary to a JSON file; finds the most common element of a list; computes the average of a list;
computes the greatest common divisor; converts a number to binary; flattens a nested list; groups words by their first letter; rotates a list by k places;
transposes a matrix; multiplies two matrices; validates an email address; generates a random password; implements a stack; implements a queue;
implements a linked list with insert and delete; traverses a binary tree in order; computes the depth of a binary tree; counts the islands of a grid;
solves the two sum problem; checks balanced brackets; computes the Levenshtein distance; caches the results of a function; retries a failing call three times;
prints a multiplication table; simulates the roll of two dice; models a bank account with deposit and withdraw; models a shopping cart;
formats a date; measures the time that a function takes; downloads a web page; parses a URL; splits a list into chunks; finds all files of a folder;
computes compound interest; converts Roman numerals to integers; encrypts a text with a Caesar cipher; checks whether two words are anagrams
"""

PROGRAM_FORMS = """
Write a Python function that {}.; Write a JavaScript function that {}.; Write a Python program that {}, with comments.; Show me in Java how to write a method that {}.;
Write a Python function that {}, and a test for it.; Write a C function that {}.; Write a TypeScript function that {} and explain it.; Write a Python class or function that {}. Only the code, please.
"""

SUMMARY_FORMS = """
Summarize the following text in two sentences.\n\n{}; What is this text about?\n\n{}; Summarize this for a child:\n\n{}; List the main events of this passage.\n\n{};
Text:\n{}\n\nWrite a summary of the text above.; Give this passage a title and a one-sentence summary.\n\n{}; Who appears in this text, and what do they do?\n\n{};
Write three questions that this text answers, with the answers.\n\n{}
"""

EDIT_FORMS = """
Correct the spelling and grammar of this text. Answer with the corrected text only.\n\n{}; Rewrite this text in the present tense.\n\n{};
Rewrite this text in simpler words.\n\n{}; Copy this text word by word.\n\n{}; Rewrite this text so that it sounds more formal.\n\n{};
Replace every "he" by "she" in this text.\n\n{}; Make this text shorter, and keep its meaning.\n\n{}; Rewrite this passage in the first person.\n\n{};
Put this text into a numbered list, one sentence per line.\n\n{}; Rewrite this text as a dialogue.\n\n{}; Continue this text in the same style, after repeating its last sentence.\n\n{}
"""

HEROES = """
a young fox; an old lighthouse keeper; a girl named Mira; a boy who could not sleep; a robot; a dragon; a baker; two sisters; a lost puppy; a sailor;
a scientist; a king; a gardener; a detective; a mouse; a violinist; a teacher; an astronaut; a ghost; a painter; a farmer; a talking tree; a thief; a knight
"""

DEEDS = """
finds a hidden door; learns to be brave; loses something precious; builds a boat; meets a stranger; discovers a secret; wants to see the sea; helps a friend;
tells a lie; gets lost in a storm; wins a race; makes a difficult choice; receives a strange letter; travels through time; returns home after many years;
saves a village; opens a shop; hears a mysterious sound; makes peace with an enemy; plants a seed; breaks a promise; finds an old map
"""

STORY_FORMS = """
Write a short story about {} who {}.; Tell me a bedtime story in which {} {}.; Write the beginning of a novel in which {} {}.; Write a funny story: {} {}.;
Write a poem about {} who {}.; Write a scene with dialogue in which {} {}.
"""


def parts(text: str) -> list[str]:
    return [" ".join(part.split(" ")).strip("\n").replace("\\n", "\n") for part in text.replace(";\n", "; ").strip().split("; ")]
