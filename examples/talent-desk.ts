import {
  type Company,
  count,
  credits,
  type FilterClause,
  findMany,
  type LiveData,
  type PaginationEnd,
  type Person,
  paginate,
  unwrap,
} from "@livedata/sdk";

/** A small backend over people data: what a recruiting team asks every morning. */

/** A page of people, and what it cost. */
export interface PaidPeople {
  readonly people: Person[];
  /** All who match, however few of them came back. */
  readonly count: number;
  /** Credits that this call used. A person already paid for in this billing period is free. */
  readonly creditsUsed: number;
}

const worksAt = (company: string): FilterClause => ({
  type: "must",
  field: "jobs.company.name",
  match_type: "exact",
  string_values: [company],
});

/** People who started at a company since a day (`YYYY-MM-DD`), the latest movers first. */
export async function newJoiners(livedata: LiveData, company: string, since: string): Promise<PaidPeople> {
  const result = await livedata.people.POST("/search", {
    body: {
      size: 25,
      past_jobs: 6,
      sort_by: "-company_change_detected_at",
      filters: [
        {
          operator: "and",
          // Both clauses are meant for one job: without the group, any job of the person may fulfil the second.
          isJobsGroup: true,
          filters: [
            worksAt(company),
            { type: "must", field: "jobs.started_at", match_type: "exists", date_from: since },
          ],
        },
      ],
    },
  });
  return paid(result.response, unwrap(result));
}

/** People who went to a school and have worked at a company. Education has a group of its own. */
export async function alumniAt(livedata: LiveData, school: string, company: string): Promise<PaidPeople> {
  const result = await livedata.people.POST("/search", {
    body: {
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
    },
  });
  return paid(result.response, unwrap(result));
}

/** How many people hold a title now. Free. */
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

/** Everyone who has worked at a company, for so many credits at the most, and why there are no more. */
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

/** The names of those who have these e-mail addresses; undefined for nobody that is known. */
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

/** Who has this e-mail address; undefined for nobody that is known. */
export async function findByEmail(livedata: LiveData, email: string): Promise<Person | undefined> {
  const { matches } = unwrap(
    await livedata.people.POST("/find", {
      body: { size: 1, matches: [{ fields: [{ field_name: "email_address", search_term: email }] }] },
    }),
  );
  return matches[0]?.people[0];
}

/** Who of this name works at a company; undefined for nobody that is known. */
export async function findByNameAndCompany(
  livedata: LiveData,
  name: string,
  company: string,
): Promise<Person | undefined> {
  const { matches } = unwrap(
    await livedata.people.POST("/find", {
      body: {
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
      },
    }),
  );
  return matches[0]?.people[0];
}

/** How many people of a company and its subsidiaries do what, by function, as of the latest month. Free. */
export async function headcountByFunction(livedata: LiveData, companyId: string): Promise<Map<string, number>> {
  const { report_results } = unwrap(
    await livedata.people.POST("/search", {
      body: {
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
      },
    }),
  );
  const headcounts = new Map<string, number>();
  for (const { group_values, count_employees } of report_results?.demographics ?? []) {
    // Rows come by date, so the latest stays.
    headcounts.set(String(group_values?.[0]?.value ?? "unknown"), count_employees ?? 0);
  }
  return headcounts;
}

/** What a search for a company's people would cost, in credits. Asking is free. */
export async function priceOf(livedata: LiveData, company: string, size: number): Promise<number> {
  const result = await livedata.people.POST("/search/preview", {
    body: { size, filters: [{ operator: "and", filters: [worksAt(company)] }] },
  });
  unwrap(result);
  const { cost } = credits(result.response);
  if (cost === undefined) throw new Error("The preview did not tell its cost");
  return cost;
}

/** A company by its domain, id or LinkedIn slug. */
export async function company(livedata: LiveData, lookup: string): Promise<Company> {
  return unwrap(
    await livedata.companies.GET("/companies/{company_lookup}", { params: { path: { company_lookup: lookup } } }),
  );
}

function paid(response: Response, { people, count }: { people: Person[]; count: number }): PaidPeople {
  return { people, count, creditsUsed: credits(response).used ?? 0 };
}
