import type { Company } from "../../types.js";
import { createRandom, type NonEmpty, scrambledHex } from "./random.js";
import { PLACES } from "./words.js";

/** A company that can be looked up, with what `group_id` filters need to know of it. */
export interface KnownCompany {
  readonly company: Company & { readonly id: string; readonly name: string };
  /** Id of the company that owns this one. */
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

/** The best known first: they employ most people. */
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

function idAt(index: number): string {
  return OUTLINES[index]?.id ?? `LDC-${scrambledHex(index)}`;
}

function toKnownCompany(outline: Outline, index: number): KnownCompany {
  const random = createRandom(1, index);
  const place = random.pick(PLACES);
  const parent = OUTLINES.findIndex(({ name }) => name === outline.parent);
  return {
    company: {
      id: idAt(index),
      name: outline.name,
      domain: outline.domain,
      linkedin: slugOf(outline.name),
      ticker: outline.ticker ?? null,
      industry: outline.industry,
      employee_count: random.int(40, 30_000),
      country: place.country ?? null,
      location: place.raw,
      type: outline.ticker === undefined ? "Privately Held" : "Public Company",
    },
    ...(parent === -1 ? {} : { parentId: idAt(parent) }),
  };
}

/** Writes a name as a LinkedIn slug: `Acme Robotics` as `acme-robotics`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Gives the companies of the made-up world, the best known first. */
export function createCompanies(): NonEmpty<KnownCompany> {
  const [first, ...rest] = OUTLINES;
  return [toKnownCompany(first, 0), ...rest.map((outline, index) => toKnownCompany(outline, index + 1))];
}

/** What the API puts where someone has a job without a company. */
export const NO_COMPANY: Company = { id: null, name: "None" };
/** What the API puts where someone works on their own account. */
export const SELF_EMPLOYED: Company = { id: null, name: "Freelance/Self-employed" };
