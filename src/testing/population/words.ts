import type { LocationDetails } from "../../types.js";
import type { NonEmpty } from "./random.js";

/** Splits a text into words. As an array literal, fifty words would be fifty lines. */
function words(line: string): NonEmpty<string> {
  const [first = "", ...rest] = line.trim().split(/\s+/);
  return [first, ...rest];
}

export const FIRST_NAMES = words(`
  Ada Alma Anouk Arlo Basil Bea Bram Cleo Cyrus Dara Dmitri Edda Elio Esme Farah Finn Gita Hana Hugo Ines Ivo Jaya Juno
  Kai Kenji Lena Leif Luz Maeve Mateo Mira Nadia Nils Noor Olga Omar Otis Petra Quentin Rafi Rosa Sana Silas Tamsin Theo
  Uma Viggo Wanda Xenia Yara Zeno`);

/** Surnames are built from these two lists, so that they are unlikely to be anyone's real name. */
export const SURNAME_STARTS = words(`
  Amber Ash Bracken Bramble Cinder Clover Copper Ember Fennel Flint Gorse Hazel Juniper Lantern Lichen Marble Nettle Onyx
  Pebble Quill Rowan Saffron Sorrel Tansy Thistle Umber Velvet Willow Yarrow Zephyr`);
export const SURNAME_ENDS = words(`
  beck bottom brook croft dale fathom feather gable hollow keep march mere moor quay shaw spindle thwaite wick whistle
  worth`);

export interface Position {
  readonly title: string;
  readonly level: string;
}
export interface Ladder {
  readonly function: string;
  /** From the lowest position to the highest. */
  readonly rungs: NonEmpty<Position>;
}

function ladder(jobFunction: string, ...rungs: [readonly [string, string], ...(readonly [string, string])[]]): Ladder {
  const toPosition = ([title, level]: readonly [string, string]): Position => ({ title, level });
  const [first, ...rest] = rungs;
  return { function: jobFunction, rungs: [toPosition(first), ...rest.map(toPosition)] };
}

export const LADDERS: NonEmpty<Ladder> = [
  ladder(
    "Engineering",
    ["Software Engineering Intern", "Intern"],
    ["Software Engineer", "Staff"],
    ["Senior Software Engineer", "Senior Staff"],
    ["Staff Software Engineer", "Senior Staff"],
    ["Engineering Manager", "Manager"],
    ["Director of Engineering", "Director"],
    ["VP of Engineering", "VP"],
    ["Chief Technology Officer", "C-Team"],
  ),
  ladder(
    "Sales and Support",
    ["Sales Development Representative", "Staff"],
    ["Account Executive", "Staff"],
    ["Senior Account Executive", "Senior Staff"],
    ["Regional Sales Manager", "Manager"],
    ["Director of Sales", "Director"],
    ["VP of Sales", "VP"],
    ["Chief Revenue Officer", "C-Team"],
  ),
  ladder(
    "Marketing and Product",
    ["Marketing Intern", "Intern"],
    ["Product Marketing Specialist", "Staff"],
    ["Product Manager", "Manager"],
    ["Senior Product Manager", "Manager"],
    ["Director of Product", "Director"],
    ["VP of Marketing", "VP"],
  ),
  ladder(
    "Finance and Administration",
    ["Accountant", "Staff"],
    ["Senior Financial Analyst", "Senior Staff"],
    ["Finance Manager", "Manager"],
    ["Director of Finance", "Director"],
    ["Chief Financial Officer", "C-Team"],
  ),
  ladder(
    "Human Resources",
    ["Recruiter", "Staff"],
    ["Senior Recruiter", "Senior Staff"],
    ["People Operations Manager", "Manager"],
    ["VP of People", "VP"],
  ),
  ladder(
    "Information Technology",
    ["Systems Administrator", "Staff"],
    ["Senior Systems Engineer", "Senior Staff"],
    ["IT Manager", "Manager"],
    ["Chief Information Officer", "C-Team"],
  ),
  ladder(
    "Operations",
    ["Operations Associate", "Staff"],
    ["Senior Operations Analyst", "Senior Staff"],
    ["Operations Manager", "Manager"],
    ["Director of Operations", "Director"],
    ["Chief Operating Officer", "C-Team"],
  ),
  ladder("Consulting", ["Consultant", "Consultant"], ["Senior Consultant", "Consultant"], ["Principal", "Director"]),
  ladder(
    "Program and Project Management",
    ["Project Coordinator", "Staff"],
    ["Program Manager", "Manager"],
    ["Senior Program Manager", "Manager"],
  ),
  ladder("Legal", ["Paralegal", "Staff"], ["Corporate Counsel", "Senior Staff"], ["General Counsel", "C-Team"]),
  ladder("Risk, Safety, Compliance", ["Compliance Analyst", "Staff"], ["Compliance Manager", "Manager"]),
];

function place(
  locality: string,
  region: string,
  region_abbreviation: string | null,
  country: string,
): LocationDetails & { readonly raw: string } {
  const raw = `${locality}, ${region_abbreviation ?? country}`;
  return { locality, region, region_abbreviation, country, raw };
}

export const PLACES: NonEmpty<ReturnType<typeof place>> = [
  place("San Francisco", "California", "CA", "United States"),
  place("Los Angeles", "California", "CA", "United States"),
  place("Austin", "Texas", "TX", "United States"),
  place("New York", "New York", "NY", "United States"),
  place("Seattle", "Washington", "WA", "United States"),
  place("Denver", "Colorado", "CO", "United States"),
  place("Chicago", "Illinois", "IL", "United States"),
  place("London", "England", null, "United Kingdom"),
  place("Berlin", "Berlin", null, "Germany"),
  place("Bengaluru", "Karnataka", null, "India"),
  place("Toronto", "Ontario", "ON", "Canada"),
  place("São Paulo", "São Paulo", null, "Brazil"),
];

export const SCHOOLS: NonEmpty<string> = [
  "Example University",
  "Harborview State University",
  "Northgate Institute of Technology",
  "Lakemont College",
  "Silver Birch University",
  "Old Quarry Polytechnic",
  "Meridian School of Business",
  "Example University of the Arts",
];

export const DEGREES: NonEmpty<{ readonly degree: string; readonly field: string | null }> = [
  { degree: "Bachelor of Science - BS", field: "Computer Science" },
  { degree: "Bachelor of Science - BS", field: "Electrical Engineering" },
  { degree: "Bachelor of Arts - BA", field: "Economics" },
  { degree: "Bachelor of Arts - BA", field: "Communication" },
  { degree: "Bachelor of Business Administration - BBA", field: "Business Administration" },
  { degree: "Bachelor of Science - BS", field: null },
];
export const SECOND_DEGREES: NonEmpty<{ readonly degree: string; readonly field: string | null }> = [
  { degree: "Master of Science - MS", field: "Computer Science" },
  { degree: "Master of Business Administration - MBA", field: "Business Administration" },
  { degree: "Doctor of Philosophy - PhD", field: "Physics" },
  { degree: "Certificate", field: null },
];

/** Up to this many people, nothing is invented: tests pin the ids and counts of a small population. */
const SMALL_POPULATION = 1000;

/** Returns how many companies or schools are invented for a number of people. */
export function countInvented(people: number, peoplePerItem: number): number {
  return Math.max(0, Math.floor((people - SMALL_POPULATION) / peoplePerItem));
}

/** Returns a kind, which rotates with the number, and a name that is unique within that kind, such as `Ashbottom`. */
export function invent<Kind>(number: number, kinds: NonEmpty<Kind>): { readonly name: string; readonly kind: Kind } {
  const surnames = SURNAME_STARTS.length * SURNAME_ENDS.length;
  // A surname and a kind meet again after `surnames * kinds.length` numbers, if the two have no common divisor.
  const [turn, round] = [number % surnames, Math.floor(number / surnames / kinds.length) + 1];
  const surname = `${inTurn(SURNAME_STARTS, turn)}${inTurn(SURNAME_ENDS, Math.floor(turn / SURNAME_STARTS.length))}`;
  return { name: round === 1 ? surname : `${surname} ${round}`, kind: inTurn(kinds, number) };
}

function inTurn<T>(list: NonEmpty<T>, number: number): T {
  return list[number % list.length] ?? list[0];
}
