/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/companies.yaml
 * - openapi/components/company.yaml
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/security.yaml
 *
 * SHA-256 of them: e462f476bedbfc5fc3b2f73c5b4c94cf0c8431c2bb456584a0af16ccbb052653
 */

export interface paths {
    "/companies/{company_lookup}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look up one company
         * @description Tells what is known of one company.
         */
        get: operations["getCompany"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description What little is known of an error body: one consumer reads `message` or `error`. Neither is promised, and the body
         *     need not be JSON at all.
         */
        ErrorBody: {
            message?: unknown;
            error?: unknown;
        } & {
            [key: string]: unknown;
        };
        /** @description A company, as a job names it. Any value may be `null` or absent. */
        Company: {
            /**
             * @description Id of the company, `LDC-…`. With the suffix `-group` it stands for the company and its subsidiaries.
             * @example LDC-EXAMPLE
             */
            id?: string | null;
            /**
             * @description Also seen as `None` and as `Freelance/Self-employed`.
             * @example Acme Corp
             */
            name?: string | null;
            domain?: string | null;
            /** @description The LinkedIn slug (inferred). */
            linkedin?: string | null;
            ticker?: string | null;
            /** @example Technology */
            industry?: string | null;
            employee_count?: number | null;
            country?: string | null;
            location?: string | null;
            type?: string | null;
        };
    };
    responses: {
        /** @description Any other failure. Which statuses occur and what their bodies hold is unknown. */
        Failure: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getCompany: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What identifies the company. Which forms are understood is unknown. */
                company_lookup: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The company. That it has the fields a job's company has is inferred. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Company"];
                };
            };
            default: components["responses"]["Failure"];
        };
    };
}
