import type { Company } from "../../types.js";
import { createRandom, type NonEmpty, type Random, scrambledHex } from "./random.js";
import { countInvented, invent, PLACES } from "./words.js";

/** A company that can be looked up, and its parent, which `group_id` filters need. */
export interface KnownCompany {
  readonly company: Company & { readonly id: string; readonly name: string };
  /** Id of the parent company. */
  readonly parentId?: string;
}

interface Outline {
  readonly name: string;
  readonly domain: string;
  readonly industry: string;
  readonly id?: string;
  readonly parent?: string;
  readonly ticker?: string;
}

const software = "Software Development";

/** The best-known companies come first. They employ the most people. */
const OUTLINES: NonEmpty<Outline> = [
  { name: "NVIDIA", domain: "nvidia.com", industry: "Semiconductors", ticker: "NVDA" },
  { name: "Salesforce", domain: "salesforce.com", industry: software, ticker: "CRM" },
  { name: "Acme Corp", domain: "acme.example", industry: "Technology", id: "LDC-EXAMPLE" },
  { name: "Example Corp", domain: "example.com", industry: "Technology" },
  { name: "Acme Robotics", domain: "robotics.acme.example", industry: "Automation", parent: "Acme Corp" },
  { name: "Example Labs", domain: "labs.example.com", industry: "Research", parent: "Example Corp" },
  { name: "Acme Robotics Japan", domain: "jp.acme.example", industry: "Automation", parent: "Acme Robotics" },
  { name: "Acme Freight", domain: "freight.acme.example", industry: "Logistics", parent: "Acme Corp" },
  { name: "Lanternfish Systems", domain: "lanternfish.example", industry: software },
  { name: "Copperleaf Analytics Guild", domain: "copperleaf-guild.example", industry: software },
  { name: "Blue Heron Bank of Nowhere", domain: "blueheron.example", industry: "Banking" },
  { name: "Quarrystone Capital", domain: "quarrystone.example", industry: "Financial Services" },
  { name: "Meadowlark Health Trust", domain: "meadowlark.example", industry: "Hospitals and Health Care" },
  { name: "Tin Whistle Media", domain: "tinwhistle.example", industry: "Media Production" },
  { name: "Juniper & Gable Consulting", domain: "junipergable.example", industry: "Business Consulting" },
  { name: "Northwind Turbines Test Co", domain: "northwind-turbines.example", industry: "Renewable Energy" },
  { name: "Paper Crane Logistics", domain: "papercrane.example", industry: "Logistics" },
  { name: "Velvet Anvil Foundry", domain: "velvetanvil.example", industry: "Manufacturing" },
  { name: "Sundial Learning", domain: "sundial.example", industry: "E-Learning" },
  { name: "Moss & Marble Retail", domain: "mossmarble.example", industry: "Retail" },
  { name: "Kettleworth Foods", domain: "kettleworth.example", industry: "Food and Beverage" },
  { name: "Zephyr Spindle Aviation", domain: "zephyrspindle.example", industry: "Aviation" },
  { name: "Tidewater Tern Insurance", domain: "tidewatertern.example", industry: "Insurance" },
  { name: "Orbit & Thimble Labs", domain: "orbitthimble.example", industry: "Biotechnology" },
];

/** A large population has one invented company for this many people. */
const PEOPLE_PER_COMPANY = 10;

/** The last words of invented company names, and the industry that each stands for. */
const BRANCHES: NonEmpty<readonly [word: string, industry: string]> = [
  ["Software", software],
  ["Freight", "Logistics"],
  ["Foods", "Food and Beverage"],
  ["Capital", "Financial Services"],
  ["Biotech", "Biotechnology"],
  ["Media", "Media Production"],
  ["Robotics", "Automation"],
  ["Insurance", "Insurance"],
  ["Outfitters", "Retail"],
  ["Foundry", "Manufacturing"],
  ["Energy", "Renewable Energy"],
  ["Books", "Book Publishing"],
  ["Clinics", "Hospitals and Health Care"],
  ["Airways", "Aviation"],
  ["Hotels", "Hospitality"],
  ["Learning", "E-Learning"],
  ["Partners", "Business Consulting"],
];

/**
 * Returns the number of companies for a number of people. A small population has only the named ones, which tests rely
 * on.
 */
export function countCompanies(people: number): number {
  return OUTLINES.length + countInvented(people, PEOPLE_PER_COMPANY);
}

function outlineAt(index: number): Outline {
  const named = OUTLINES[index];
  if (named !== undefined) return named;
  const { name: surname, kind } = invent(index - OUTLINES.length, BRANCHES);
  const [word, industry] = kind;
  const name = `${surname} ${word}`;
  return { name, domain: `${slugOf(name)}.example`, industry };
}

/** Picks the parent company; -1 for none. One in six invented companies has one, which may have a parent as well. */
function parentOf(index: number, outline: Outline, random: Random): number {
  if (index < OUTLINES.length) return OUTLINES.findIndex(({ name }) => name === outline.parent);
  return index > OUTLINES.length && random.chance(1 / 6) ? random.int(OUTLINES.length, index - 1) : -1;
}

function idAt(index: number): string {
  return OUTLINES[index]?.id ?? `LDC-${scrambledHex(index)}`;
}

function companyAt(index: number): KnownCompany {
  const outline = outlineAt(index);
  const random = createRandom(1, index);
  const place = random.pick(PLACES);
  const employees = random.int(40, 30_000);
  const parent = parentOf(index, outline, random);
  return {
    company: {
      id: idAt(index),
      name: outline.name,
      domain: outline.domain,
      linkedin: slugOf(outline.name),
      ticker: outline.ticker ?? null,
      industry: outline.industry,
      employee_count: employees,
      country: place.country ?? null,
      location: place.raw,
      type: outline.ticker === undefined ? "Privately Held" : "Public Company",
    },
    ...(parent === -1 ? {} : { parentId: idAt(parent) }),
  };
}

/** Turns a name into a LinkedIn slug: `Acme Robotics` becomes `acme-robotics`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Creates the companies for a number of people, the best known first. */
export function createCompanies(people: number): NonEmpty<KnownCompany> {
  const rest = Array.from({ length: countCompanies(people) - 1 }, (_, index) => companyAt(index + 1));
  return [companyAt(0), ...rest];
}

/** How the API writes a job without a company. */
export const NO_COMPANY: Company = { id: null, name: "None" };
/** How the API writes self-employment. */
export const SELF_EMPLOYED: Company = { id: null, name: "Freelance/Self-employed" };
