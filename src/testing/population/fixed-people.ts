import type { Education } from "../../types.js";
import type { KnownCompany } from "./companies.js";
import type { JobOutline } from "./jobs.js";
import { month, monthToTime } from "./months.js";
import type { PersonOutline } from "./people.js";
import { type NonEmpty, scrambledHex } from "./random.js";
import { PLACES } from "./words.js";

type CompanyName = "NVIDIA" | "Salesforce" | "Acme Corp" | "Example Corp" | "Acme Robotics";

const engineer = { title: "Software Engineer", level: "Staff", function: "Engineering" } as const;
const seniorEngineer = {
  title: "Senior Software Engineer",
  level: "Senior Staff",
  function: "Engineering",
} as const;
const manager = { title: "Engineering Manager", level: "Manager", function: "Engineering" } as const;
const salesVp = { title: "VP of Sales", level: "VP", function: "Sales and Support" } as const;

const computerScience: Education = {
  school: "Example University",
  degree: "Bachelor of Science - BS",
  field: "Computer Science",
  started_at: monthToTime(month(2014, 9)),
  ended_at: monthToTime(month(2018, 5)),
};

/** Creates the people that are the same for every seed: one for each situation that callers meet. They come first. */
export function createFixedPeople(companies: NonEmpty<KnownCompany>): PersonOutline[] {
  const at = (name: CompanyName) => {
    const known = companies.find(({ company }) => company.name === name) ?? companies[0];
    return { company: known.company, place: PLACES[1] ?? PLACES[0], confidence: "validated" as const };
  };
  const person = (index: number, name: string, jobs: JobOutline[], more: Partial<PersonOutline>): PersonOutline => ({
    id: `LDP-1-${scrambledHex(index)}${scrambledHex(index + 1)}`,
    name,
    linkedin: name.toLowerCase().replaceAll(" ", "-"),
    jobs,
    education: [],
    connections: 500,
    emails: [],
    ...more,
  });
  return [
    // Changed company, but never the title. The examples of the OpenAPI documents look for her.
    person(
      -1,
      "Jane Doe",
      [
        { ...engineer, ...at("Acme Corp"), startedIn: month(2018, 6), endedIn: month(2020, 8) },
        { ...engineer, ...at("Example Corp"), startedIn: month(2020, 9), endedIn: null },
      ],
      { id: "LDP-1-EXAMPLE", education: [computerScience], connections: 177, emails: ["jane@example.com"] },
    ),
    // Recently moved between two companies that examples search for; studied at the school that they search for.
    person(
      -2,
      "John Doe",
      [
        { ...engineer, ...at("Salesforce"), startedIn: month(2019, 7), endedIn: month(2022, 3) },
        { ...seniorEngineer, ...at("Salesforce"), startedIn: month(2022, 3), endedIn: month(2025, 10) },
        { ...manager, ...at("NVIDIA"), startedIn: month(2025, 11), endedIn: null },
      ],
      { id: "LDP-2-EXAMPLE", education: [computerScience], emails: ["john@example.com"] },
    ),
    // Has two jobs at once, one of them at a subsidiary.
    person(
      -3,
      "Tansy Quillfeather",
      [
        { ...manager, ...at("Acme Robotics"), startedIn: month(2021, 2), endedIn: null },
        { ...engineer, ...at("NVIDIA"), startedIn: month(2023, 4), endedIn: null },
      ],
      { emails: ["tansy.quillfeather@robotics.acme.example"] },
    ),
    // Has no current job.
    person(
      -4,
      "Silas Thistlewick",
      [{ ...salesVp, ...at("Salesforce"), startedIn: month(2015, 1), endedIn: month(2025, 6) }],
      { emails: ["silas@thistlewick.example"] },
    ),
    // Has a current job of which only the company is known.
    person(
      -5,
      "Wanda Lanternmere",
      [
        {
          title: null,
          level: null,
          function: null,
          ...at("NVIDIA"),
          place: null,
          startedIn: month(2024, 5),
          endedIn: null,
        },
      ],
      { emails: ["wanda@lanternmere.example"] },
    ),
  ];
}
