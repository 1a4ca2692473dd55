// Prints the rows of the first sheet of a workbook, as SheetJS reads them.
import { readFileSync } from "node:fs";
import { read, utils } from "xlsx";

const book = read(readFileSync(process.argv[2]));
const sheet = book.Sheets[book.SheetNames[0]];
console.log(JSON.stringify(utils.sheet_to_json(sheet, { header: 1, defval: null })));
