import {
  type Company,
  count,
  credits,
  type FilterClause,
  type FilterGroup,
  findMany,
  type LiveData,
  type PaginationEnd,
  type Person,
  paginate,
  type SearchResponse,
} from "@livedata/sdk";

/** A small backend on top of people data: the questions a recruiting team asks every morning. */

/** One page of people, with its cost. */
export interface PaidPeople {
  readonly people: Person[];
  /** How many people match, not only those on this page. */
  readonly count: number;
  /** Credits used by this call. A person is charged once per billing period. */
  readonly creditsUsed: number;
}

const worksAt = (company: string): FilterClause => ({
  type: "must",
  field: "jobs.company.name",
  match_type: "exact",
  string_values: [company],
});

/** Finds people who started at a company on or after a date (`YYYY-MM-DD`), most recent job change first. */
export async function newJoiners(livedata: LiveData, company: string, since: string): Promise<PaidPeople> {
  const page = await livedata.people.search({
    size: 25,
    past_jobs: 6,
    sort_by: "-company_change_detected_at",
    filters: [
      {
        operator: "and",
        // Both clauses must match the same job. Without this, the date could match any job of the person.
        isJobsGroup: true,
        filters: [worksAt(company), { type: "must", field: "jobs.started_at", match_type: "exists", date_from: since }],
      },
    ],
  });
  return withCredits(page);
}

/** Finds people who went to a school and have worked at a company. Education filters need their own group. */
export async function alumniAt(livedata: LiveData, school: string, company: string): Promise<PaidPeople> {
  const page = await livedata.people.search({
    size: 25,
    filters: [
      {
        operator: "and",
        isJobsGroup: false,
        filters: [{ type: "must", field: "education.school", match_type: "fuzzy", string_values: [school] }],
      },
      {
        operator: "and",
        isJobsGroup: true,
        filters: [{ type: "must", field: "jobs.company.name", match_type: "fuzzy", string_values: [company] }],
      },
    ],
  });
  return withCredits(page);
}

/** Counts the people who have a title now. Free. */
export async function countByTitle(livedata: LiveData, title: string): Promise<number> {
  return count(livedata.people, [
    {
      operator: "and",
      isJobsGroup: true,
      jobsGroupType: "active",
      positionStatus: "all",
      filters: [{ type: "must", field: "jobs.title", match_type: "fuzzy", string_values: [title] }],
    },
  ]);
}

/** Pages through everyone who has worked at a company, for at most `maxCredits`. `stoppedBy` says why it ended. */
export async function everyoneAt(
  livedata: LiveData,
  company: string,
  maxCredits: number,
): Promise<{ readonly people: Person[]; readonly stoppedBy: PaginationEnd | undefined }> {
  const people: Person[] = [];
  const found = paginate(
    livedata.people,
    { filters: [{ operator: "and", filters: [worksAt(company)] }] },
    { pageSize: 25, maxCredits },
  );
  for await (const person of found) people.push(person);
  return { people, stoppedBy: found.stoppedBy };
}

/** Looks up names by email address. The name is undefined if nobody was found. */
export async function namesOf(livedata: LiveData, emails: Iterable<string>): Promise<Map<string, string | undefined>> {
  const queries = [...emails].map((email) => ({
    fields: [{ field_name: "email_address", search_term: email }],
    email,
  }));
  const names = new Map<string, string | undefined>();
  for await (const { query, people } of findMany(livedata.people, queries, { return_fields: ["name"] })) {
    names.set(query.email, people[0]?.name ?? undefined);
  }
  return names;
}

/** Finds a person by email address. Returns undefined if nobody was found. */
export async function findByEmail(livedata: LiveData, email: string): Promise<Person | undefined> {
  const { matches } = await livedata.people.find({
    size: 1,
    matches: [{ fields: [{ field_name: "email_address", search_term: email }] }],
  });
  return matches[0]?.people[0];
}

/** Finds a person by name and company. Returns undefined if nobody was found. */
export async function findByNameAndCompany(
  livedata: LiveData,
  name: string,
  company: string,
): Promise<Person | undefined> {
  const { matches } = await livedata.people.find({
    size: 3,
    confidence: "medium",
    return_fields: ["name", "linkedin", "position.title", "position.company.name"],
    matches: [
      {
        fields: [
          { field_name: "name", search_term: name },
          { field_name: "company.name", search_term: company },
        ],
      },
    ],
  });
  return matches[0]?.people[0];
}

/** Counts the people at a company and its subsidiaries by job function, as of the latest month. Free. */
export async function headcountByFunction(livedata: LiveData, companyId: string): Promise<Map<string, number>> {
  const { report_results } = await livedata.people.search({
    size: 0,
    filters: [
      {
        operator: "and",
        filters: [
          {
            operator: "or",
            filters: [
              { type: "must", field: "jobs.company.id", match_type: "exact", string_values: [companyId] },
              {
                type: "must",
                field: "jobs.company.group_id",
                match_type: "exact",
                string_values: [`${companyId}-group`],
              },
            ],
          },
        ],
        report: {
          name: "demographics",
          params: { date_from: "2024-02-15", date_to: "2026-02-15", group_by: ["jobs.function"], status: "active" },
        },
      },
    ],
  });
  const headcounts = new Map<string, number>();
  for (const { group_values, count_employees } of report_results?.demographics ?? []) {
    // Rows are sorted by date, so the latest row of a function wins.
    headcounts.set(String(group_values?.[0]?.value ?? "unknown"), count_employees ?? 0);
  }
  return headcounts;
}

/** Previews what a search for people at a company would cost, in credits. The preview is free. */
export async function priceOf(livedata: LiveData, company: string, size: number): Promise<number> {
  const filters: FilterGroup[] = [{ operator: "and", filters: [worksAt(company)] }];
  const { cost } = credits(await livedata.people.previewSearch({ size, filters }));
  if (cost === undefined) throw new Error("The preview response has no cost");
  return cost;
}

/** Retrieves a company. It is unknown which lookups the API accepts. */
export async function company(livedata: LiveData, lookup: string): Promise<Company> {
  return livedata.companies.retrieve(lookup);
}

function withCredits(page: SearchResponse): PaidPeople {
  return { people: page.people, count: page.count, creditsUsed: credits(page).used ?? 0 };
}
