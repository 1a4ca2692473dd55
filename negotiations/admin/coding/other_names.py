"""Names that have a country's name in them and mean another thing: the Jordan River."""

import re

WATERS_AND_STREETS = (
    "River|Rivers|Sea|Street|St|Avenue|Ave|Road|Boulevard|Lane|Square|Valley|Bay|Gulf|Strait|Straits"
    "|Ocean|Mountains?|Desert|Peninsula"
)
CITIES_OF_GEORGIA = (
    "Atlanta|Savannah|Augusta|Macon|Columbus|Marietta|Decatur|Valdosta|Roswell"
    "|Brunswick|Gainesville|Alpharetta|Warner Robins|Sandy Springs|Fort Benning|Fort Stewart"
)
# Georgia is told by its cities; Washington and New York are where talks are held.
STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|Idaho"
    "|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota"
    "|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico"
    "|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina"
    "|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|West Virginia|Wisconsin|Wyoming"
)
OTHER_NAMES = re.compile(
    rf"\b(?:(?:North|South|East|West|Upper|Lower) )?[A-Z]\w+ (?:{WATERS_AND_STREETS})\b(?! [A-Z])"
    r"|\b(?:River|(?:Sea|Gulf|Strait|Bay) of) [A-Z]\w+"
    rf"|\b(?:{CITIES_OF_GEORGIA}), Georgia\b|\b(?:Athens|Albany|Rome), Georgia(?=[,.;)])"
    r"|\b[Ss]tate of Georgia\b"
    rf"|\b[A-Z]\w+, (?:{STATES})\b"
    r"|\b(?:[Рр]ік[аиуо]ю?|[Рр]ічк\w+|[Рр]ек[аиуео]й?|[Вв]улиц\w+|[Уу]лиц\w+|в?ул\.)"
    r" [А-ЯІЇЄҐ]\w+"
    r"|\b[А-ЯІЇЄҐ]\w+ (?:мор(?:е|я|ю|ем|і|ям|ях)|(?:заток|проток)(?:а|и|у|ою|ой|е|і)"
    r"|(?:прол[иі]в|залив)(?:а|у|ом|е|і|и|ы)?|вулиц\w+|улиц\w+)\b"
)
