"""Other names, descriptions, parameters and phrasings for the realistic tools, so that none is known by heart."""

# One entry: tool | verbs | nouns | descriptions | more phrasings. Descriptions and phrasings are set apart by `; `.
VARIANTS = r"""
get_weather | get query fetch lookup check find show read retrieve request | weather current_weather city_weather weather_info weather_report weather_data local_weather weather_now | Get the weather of a place; Look up the weather; Current weather conditions; Returns the weather in a town; Weather lookup by city; Tells how the weather is | How's the weather in {city}?; What's the weather in {city}?; What's the weather like in {city} today?; How is the weather in {city}?; How is the weather in {city} today?; What is the temperature in {city}?; Weather in {city}?; Is it sunny in {city}?; Is it cold in {city} now?; I am going to {city}. What is the weather there?; Check the weather in {city}.
get_forecast | get query fetch lookup check find show predict request | forecast weather_forecast daily_forecast forecast_days outlook weather_outlook | Weather forecast for several days; Get a forecast; Predict the weather of the coming days; Returns the forecast of a city | What's the forecast for {city} for {days} days?; What will the weather be in {city} for the next {days} days?; {days} day forecast for {city}
get_time | get query fetch lookup check find show read tell | time current_time local_time city_time clock time_now | Get local time; The current time somewhere; Returns the time of a city; Look up what time it is | What's the time in {city}?; What time is it now in {city}?; Time in {city}?; Check the time in {city}.
calculate | calculate compute evaluate solve run do | expression math formula sum calculation result | Calculator; Compute a mathematical expression; Does arithmetic; Evaluate a formula | What is {expression}?; Compute {expression}; Evaluate {expression}.
convert_currency | convert exchange change calculate compute | currency money amount currencies cash | Currency converter; Convert money; Exchange one currency for another; Compute an amount in another currency | How many {to_currency} do I get for {amount} {from_currency}?; Exchange {amount} {from_currency} for {to_currency}.
convert_units | convert change transform compute calculate | units unit measure measurement value | Unit converter; Convert between units of measure; Change the unit of a value | What is {value} {from_unit} in {to_unit}?; {value} {from_unit} to {to_unit} please.
set_timer | set start create begin run add | timer countdown kitchen_timer stopwatch | Countdown timer; Set a countdown; Starts a timer of some minutes | Count down {minutes} minutes.; I need a timer of {minutes} minutes.
set_alarm | set create add make schedule | alarm alarm_clock wake_up wakeup_call | Alarm clock; Wake the user; Creates an alarm at a time of day | Can you wake me at {time}?; Ring at {time} please.
create_event | create add make new insert schedule book | event calendar_event appointment calendar_entry meeting | Add an entry to the calendar; New calendar event; Put an appointment in the calendar | I have {title} on {date}. Put it in my calendar.; Book {title} for {date}.
list_events | list get query fetch show find read check | events calendar agenda appointments calendar_events schedule | Show the agenda; Calendar entries of one day; Find what is planned on a date | What do I have planned on {date}?; What's on {date}?; Check my calendar for {date}.
send_email | send write post mail deliver compose | email mail e_mail email_message | Email sender; Send mail to somebody; Writes and sends a mail | Mail {to} with subject {subject}: "{body}"
send_message | send write post deliver text | message sms text_message chat_message | Send an SMS; Text somebody; Delivers a short message to a person | Write "{text}" to {contact}.; Send a text to {contact}: "{text}"
create_note | create add make save write new store | note memo text_note notebook_entry | Write down a note; New note; Keep a memo | Write a note {title} with the text "{content}".
add_to_list | add append put insert | list_items to_list items list_entries | Append entries to a list; Put things on a list; Extend a list | Please put {items} on my {list_name} list.
read_file | read open load get show fetch view cat | file text_file document file_text file_content | Open a file; Returns the text of a file; Load a document from disk | What is in {path}?; Print {path}.
write_file | write save store put create | file text_file document file_text to_file | Save text in a file; Store a document; Writes a file to disk | Store "{text}" in {path}.
delete_file | delete remove erase drop trash | file document text_file path | Remove a file; Erases a file from disk; Delete from disk | Erase {path}.; I do not need {path} any more. Delete it.
set_light | set switch control change turn toggle | light lamp room_light lights lighting | Light switch; Control the lamps; Turns a lamp on or off | @on=true Lights on in the {room}.; @on=false Lights off in the {room}.
set_temperature | set change adjust control regulate | temperature heating thermostat room_temperature heater | Thermostat; Control the heating; Adjusts how warm a room is | I want {degrees} degrees in the {room}.; Put the {room} at {degrees} degrees.
play_music | play start stream run put_on | music song track audio media | Music player; Start a song; Streams music | Can you play {query}?; Start {query}.
set_volume | set change adjust control | volume sound loudness speaker_volume audio_level | Volume control; Change how loud it is; Adjusts the loudspeaker | Put the sound at {level}.; Loudness {level} please.
get_directions | get find query plan compute show fetch | directions route path way navigation trip | Route planner; Navigation from one place to another; Plan a trip; Finds the way | What is the way from {origin} to {destination}?; I want to go from {origin} to {destination}.
find_places | find search get query lookup list | places place nearby points_of_interest locations shops | Search for places; Look for shops and sights; Nearby places | Is there a {kind} in {location}?; Look for a {kind} in {location}.
translate_text | translate convert render put | text sentence words language phrase | Translator; Translate between languages; Renders a text in another language | What is "{text}" in {target_language}?; Say "{text}" in {target_language}.
get_stock_price | get query fetch lookup check find show read retrieve | stock_price stock share_price quote stock_quote market_price ticker | Stock quotes; Current share price; Look up what a share costs; Price of a stock | What's the price of {symbol}?; Check {symbol} stock.; How is {symbol} doing today?
web_search | search query find lookup google browse | web internet online web_pages pages search | Internet search; Look something up online; Searches the web for pages | Find something about {query}.; Search online for {query}.
find_recipe | find search get query lookup suggest | recipe recipes dish meal cooking_idea | Recipe search; Suggest something to cook; Look up dishes by ingredients | What dish can I make with {ingredients}?
search_flights | search find get query lookup list | flights flight plane_tickets air_travel connections | Flight search; Find plane tickets; Look up connections by air | Is there a flight from {origin} to {destination} on {date}?
book_hotel | book reserve order rent | hotel hotel_room room accommodation stay | Hotel booking; Reserve a room; Books a place to stay | Reserve a hotel room in {city}, {nights} nights.
book_table | book reserve order | table restaurant_table restaurant dinner_table seats | Restaurant reservations; Reserve seats in a restaurant; Table booking | We are {people} people and want to eat at {restaurant} at {time}.
roll_dice | roll throw toss | dice die cubes dice_set | Dice; Throw some dice; Rolls dice with any number of sides | Roll a die that has {sides} sides.
random_number | draw pick get generate make | random_number number random random_integer | Random numbers; Pick a number at random; Generates a whole number | A random number from {low} to {high} please.
get_definition | get query fetch lookup find show define | definition meaning word_meaning dictionary dictionary_entry | Dictionary; Look up what a word means; Definition of a word | What is the meaning of {word}?; What does the word {word} mean in the dictionary?
create_reminder | create add set make new schedule | reminder alert notification memo | Reminders; Remind the user of something; Schedule a reminder | I want to be reminded at {time}: "{text}"
get_news | get query fetch lookup find show read list | news headlines articles latest_news news_feed | News search; Latest headlines; Articles about a topic | What's new about {topic}?; Latest news on {topic} please.; Check the news about {topic}.
track_package | track find query check get locate lookup follow | package parcel shipment delivery order | Parcel tracking; Find out where a parcel is; Status of a shipment | What is the status of parcel {tracking_number}?; Check the package {tracking_number}.
order_food | order buy get request deliver | food meal dish delivery takeaway | Food delivery; Order a meal; Have a dish delivered | Order {dish}.; I would like {quantity} {dish} please.
get_contact | get query fetch lookup find show search | contact phone_number person address_book phone | Address book; Find a phone number; Look somebody up in the contacts | What's the phone number of {name}?; How can I reach {name}?; Check the contact {name}.
make_call | make start place begin dial | call phone_call contact voice_call | Phone somebody; Start a phone call; Dials a contact | Dial {contact}.; Start a call with {contact}.
check_spelling | check correct verify test proof | spelling text orthography grammar | Spell checker; Find spelling mistakes; Proofreads a text | Are there mistakes in "{text}"?
get_sunrise | get query fetch lookup check find show | sunrise sunrise_time sun_times dawn | Sunrise times; When the sun comes up; Returns the time of dawn | What time is sunrise in {city}?; When does the sun come up in {city}?
add_expense | add record save log create enter | expense cost spending payment | Expense book; Log money spent; Keep track of costs | Log {amount} for {category}.
create_task | create add make new open | task todo ticket todo_item job | To-do list; Open a ticket; New to-do item | Add a to-do {title} with {priority} priority.
complete_task | complete finish close mark resolve | task todo task_done ticket | Close a task; Tick off a to-do item; Marks something as finished | Close task {task_id}.; I have finished task {task_id}.
get_user | get query fetch lookup find show read retrieve | user user_by_id account profile member | Look up a user; User data by id; Returns an account | Look up user {user_id}.; Which user has the number {user_id}?
update_address | update change set edit modify | address customer_address client_address home_address | Edit an address; Set a new address; Customer moved | {customer} now lives in {street}, {city}. Change the address.
rate_movie | rate score review judge grade | movie film movie_title cinema_film | Movie ratings; Judge a film; Give stars to a film | The film {title} gets {stars} stars from me.
lock_door | lock set control secure | door lock entrance door_lock | Door lock; Control a lock; Secure an entrance | @locked=true Is the {door} locked? Lock it.
take_photo | take make shoot capture snap | photo picture image camera_photo | Camera; Shoot a picture; Takes a picture after a while | Take a picture after {delay_seconds} seconds.
get_exchange_rate | get query fetch lookup check find show | exchange_rate rate currency_rate fx_rate | Exchange rates; What one currency costs in another; Look up a rate | How many {quote} is one {base}?; Check the rate of {base} to {quote}.
""".strip().split("\n")

# Other names of a parameter; every tool keeps them apart.
PARAMETERS = {
    "city": "city location town place city_name where area locality",
    "unit": "unit units scale temperature_unit",
    "days": "days count number_of_days day_count",
    "expression": "expression expr formula input math",
    "amount": "amount value sum quantity money",
    "from_currency": "from_currency from source from_code source_currency",
    "to_currency": "to_currency to target to_code target_currency",
    "value": "value amount quantity number",
    "from_unit": "from_unit from source source_unit",
    "to_unit": "to_unit to target target_unit",
    "minutes": "minutes duration length duration_minutes mins",
    "label": "label name title",
    "time": "time at clock_time start_time hour",
    "repeat": "repeat daily every_day recurring",
    "title": "title name heading caption",
    "date": "date day on_date when",
    "to": "to recipient email_address receiver",
    "subject": "subject title topic heading",
    "body": "body text content message",
    "contact": "contact name person receiver",
    "text": "text content message words",
    "content": "content text body note",
    "list_name": "list_name list name list_title",
    "items": "items entries things products",
    "path": "path file filename file_path",
    "room": "room location place room_name zone",
    "on": "on enabled power is_on",
    "brightness": "brightness level percent intensity",
    "degrees": "degrees temperature celsius target_temperature",
    "query": "query q title search_term keywords",
    "shuffle": "shuffle random random_order",
    "level": "level volume percent value",
    "origin": "origin from start from_city departure",
    "destination": "destination to goal to_city arrival",
    "mode": "mode transport travel_mode by",
    "kind": "kind type category place_type",
    "location": "location city town near area",
    "limit": "limit max count max_count",
    "target_language": "target_language language to lang",
    "symbol": "symbol ticker stock code",
    "max_results": "max_results limit count max",
    "ingredients": "ingredients items foods products",
    "max_minutes": "max_minutes time_limit max_time",
    "nights": "nights number_of_nights stay night_count",
    "guests": "guests persons number_of_guests",
    "restaurant": "restaurant place name venue",
    "people": "people guests persons party_size",
    "sides": "sides faces die_sides",
    "count": "count number how_many n",
    "low": "low min minimum lowest",
    "high": "high max maximum highest",
    "word": "word term entry",
    "topic": "topic subject category keyword",
    "tracking_number": "tracking_number number id code parcel_id",
    "dish": "dish food meal item",
    "quantity": "quantity amount count portions",
    "address": "address new_address delivery_address",
    "name": "name contact person full_name",
    "category": "category kind type group",
    "note": "note comment remark",
    "priority": "priority importance urgency",
    "tags": "tags labels keywords",
    "task_id": "task_id id number task",
    "user_id": "user_id id number user",
    "customer": "customer name client person",
    "stars": "stars rating score points",
    "door": "door door_name entrance",
    "locked": "locked lock is_locked",
    "delay_seconds": "delay_seconds delay seconds wait",
    "flash": "flash use_flash light",
    "base": "base from source from_currency",
    "quote": "quote to target to_currency",
}

# More to say about a parameter than the bank does.
DESCRIPTIONS = {
    "city": "The city;The name of the city;Name of the place;City to look up;Which city;city name, e.g. Paris;Town or city;The location",
    "location": "The city;Town to search in;The place, such as Rome;Near which town",
    "path": "File name;Where the file is;The file, e.g. notes.txt",
    "symbol": "Ticker;The ticker symbol;Symbol such as ACME",
    "query": "What to look for;Search words;The query",
    "expression": "The formula, e.g. 2 + 3;Mathematical expression",
    "name": "Who;Name of the person",
    "contact": "Who;Name of the person",
    "date": "The day, such as 2025-01-31;Day",
    "time": "Time of day, e.g. 09:30;When",
    "topic": "About what;Subject of the news",
}

SUFFIXES = "tool api v2 now service by_name info function".split()

# Cities beyond the list that the other generators use.
CITIES = """New York,Los Angeles,San Francisco,San Diego,Las Vegas,New Orleans,Miami,Houston,Atlanta,Portland,Detroit,
Washington,Philadelphia,Vancouver,Ottawa,Mexico City,Buenos Aires,Sao Paulo,Rio de Janeiro,Caracas,Panama City,Kingston,
Manchester,Liverpool,Edinburgh,Glasgow,Bristol,Leeds,Cologne,Frankfurt,Stuttgart,Leipzig,Dresden,Salzburg,Graz,Basel,
Amsterdam,Brussels,Ghent,Copenhagen,Stockholm,Gothenburg,Reykjavik,Moscow,Kiev,Minsk,Istanbul,Ankara,Tel Aviv,Beirut,
Dubai,Doha,Riyadh,Tehran,Karachi,Mumbai,Bangalore,Chennai,Kolkata,Dhaka,Bangkok,Hanoi,Singapore,Jakarta,Manila,Taipei,
Hong Kong,Shanghai,Shenzhen,Guangzhou,Chengdu,Wuhan,Nanjing,Busan,Sapporo,Nagoya,Melbourne,Brisbane,Auckland,
Wellington,Cape Town,Johannesburg,Accra,Addis Ababa,Casablanca,Tunis,Algiers,Nice,Toulouse,Nantes,Venice,Florence,
Bologna,Granada,Malaga,Bilbao,Gdansk,Belgrade,Ljubljana,Bratislava,Thessaloniki,Saint Petersburg""".replace("\n", "").split(",")
