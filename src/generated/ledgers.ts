/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/components/contact.yaml
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/security.yaml
 * - openapi/ledgers.yaml
 *
 * SHA-256 of them: 68618b76cb3b47d4341d09d974acfb16ffb966a505afce20bab4088322e6401c
 */

export interface paths {
    "/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List contacts, or only those that changed
         * @description Lists the contacts of the ledger. The two filters select contacts that changed since a given time; we infer that
         *     they are query parameters. Other filters exist, but they are unknown. Requires at least the viewer role.
         */
        get: operations["listContacts"];
        put?: never;
        /**
         * Add contacts
         * @description Adds contacts and returns an import job. Meant for up to a few hundred contacts. Requires the editor role.
         */
        post: operations["createContacts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the status of an import job
         * @description Returns the status of an import job. It is unknown whether the path or the query identifies the job, so this
         *     document defines neither.
         */
        get: operations["getImports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    jobChanged: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A contact changed jobs
         * @description Live Data calls your URL when a contact changes jobs (early access). Compare the token in constant time before
         *     you trust the body.
         */
        post: operations["onJobChanged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
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
        /**
         * @description A contact of a ledger, version 1. The field names are documented. We infer their types, and that `id` is always
         *     present. Any other value may be `null` or absent.
         */
        Contact: {
            id: string;
            isVerified?: boolean | null;
            lastJobChangedAt?: string | null;
            lastInfoChangedAt?: string | null;
            /** @description Your own ID for the contact. */
            referenceId?: string | null;
            name?: string | null;
            linkedin?: string | null;
            hasMultipleJobs?: boolean | null;
            company?: string | null;
            title?: string | null;
            titleLevel?: string | null;
            titleDomain?: string | null;
            jobStartedAt?: string | null;
            contactInfo?: {
                email?: string | null;
                /** @description How reliable the address is. Not all values are known. */
                emailStatus?: ("valid" | "catch-all" | "best-guess") | (string & {}) | null;
            } | null;
        };
        /**
         * @description A contact to add. This schema rejects unknown keys, so that a misspelled `referenceId` is not lost. That rule and
         *     the string types are ours (inferred).
         */
        NewContact: {
            name: string;
            company: string;
            /** @description Authoritative if present. It is unknown whether it takes the slug or the URL. */
            linkedin?: string;
            /** @description Your own ID for the contact. Must be unique; duplicates are rejected. */
            referenceId?: string;
        };
        /** @description A job that adds contacts, and its status. We infer that it is an object; its fields are unknown. */
        ImportJob: {
            [key: string]: unknown;
        };
        /**
         * @description A contact of a ledger, version 2, in snake_case. The field names are documented, but more exist than are listed
         *     here. We infer their types, and that `id` is always present. Any other value may be `null` or absent.
         */
        ContactV2: {
            id: string;
            is_verified?: boolean | null;
            last_company_changed_at?: string | null;
            last_info_changed_at?: string | null;
            last_custom_change?: {
                changed_at?: string | null;
                /** @description Its type is unknown. */
                version?: unknown;
            } | null;
            name?: string | null;
            linkedin?: string | null;
            country?: string | null;
            location?: string | null;
            has_multiple_jobs?: boolean | null;
            person?: {
                /** @description ID of the person in the people service. */
                id?: string | null;
            } | null;
            current_position?: {
                company?: {
                    name?: string | null;
                } | null;
                title?: string | null;
                level?: string | null;
            } | null;
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
    listContacts: {
        parameters: {
            query?: {
                /** @description Only contacts whose job changed since this time. The format of the value is unknown. */
                lastJobChangedAt?: string;
                /** @description Only contacts whose information changed since this time. The format of the value is unknown. */
                lastInfoChangedAt?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contacts. It is unknown whether the body is a bare list or an object. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"][] | {
                        [key: string]: unknown;
                    };
                };
            };
            default: components["responses"]["Failure"];
        };
    };
    createContacts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewContact"] | components["schemas"]["NewContact"][];
            };
        };
        responses: {
            /** @description The import job that adds the contacts. The exact status code is unknown. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            default: components["responses"]["Failure"];
        };
    };
    getImports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status. Its format is unknown. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            default: components["responses"]["Failure"];
        };
    };
    onJobChanged: {
        parameters: {
            query?: never;
            header: {
                /** @description The value you chose. */
                "X-LiveData-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Contact"] | components["schemas"]["ContactV2"];
            };
        };
        responses: {
            /** @description Your response. It is unknown what Live Data does with it. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
