/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/companies.yaml
 * - openapi/components/company.yaml
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/security.yaml
 *
 * SHA-256 of them: 46eeed60a2449a3f8a8306eb94a77e662fafbf525c0da3fc7db36b3db60ad365
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
         * Look up a company
         * @description Returns one company.
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
         * @description An error body. Little is known about it: one consumer reads `message` or `error`. Neither is guaranteed, and the
         *     body may not even be JSON.
         */
        ErrorBody: {
            message?: unknown;
            error?: unknown;
        } & {
            [key: string]: unknown;
        };
        /** @description A company, as it appears in a job. Any value may be `null` or absent. */
        Company: {
            /**
             * @description Company ID, `LDC-…`. With the suffix `-group` it means the company and its subsidiaries.
             * @example LDC-EXAMPLE
             */
            id?: string | null;
            /**
             * @description The values `None` and `Freelance/Self-employed` have also been seen.
             * @example Acme Corp
             */
            name?: string | null;
            domain?: string | null;
            /** @description LinkedIn slug (inferred). */
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
        /** @description Any other failure. The possible statuses and bodies are unknown. */
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
                /** @description Identifies the company. The accepted formats are unknown. */
                company_lookup: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The company. We infer that it has the same fields as the company of a job. */
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
