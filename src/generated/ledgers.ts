/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/components/contact.yaml
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/security.yaml
 * - openapi/ledgers.yaml
 *
 * SHA-256 of them: 4ab2600b3f96843c641d4803dd7fcc57b17752a5ef99252488da47fd4592169b
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
         * List contacts, or those that changed
         * @description Lists the contacts of the ledger. The two filters answer "what changed since"; that they stand in the query is
         *     inferred. Other filters exist, unknown here. Needs the role viewer.
         */
        get: operations["listContacts"];
        put?: never;
        /**
         * Add contacts
         * @description Adds contacts, meant for up to a few hundred, and answers with an import job. Needs the role editor.
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
         * Follow an import job
         * @description Tells the status of an import job. Whether the job is named in the path or the query is unknown, so neither is
         *     written here.
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
         * @description Live Data calls a URL of yours when a contact changes jobs (early access). Compare the token in constant time
         *     before you believe the body.
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
         * @description What little is known of an error body: one consumer reads `message` or `error`. Neither is promised, and the body
         *     need not be JSON at all.
         */
        ErrorBody: {
            message?: unknown;
            error?: unknown;
        } & {
            [key: string]: unknown;
        };
        /**
         * @description A contact of a ledger, version 1. The names of the fields are documented; their types, and that `id` is always
         *     there, are inferred. Any other value may be `null` or absent.
         */
        Contact: {
            id: string;
            isVerified?: boolean | null;
            lastJobChangedAt?: string | null;
            lastInfoChangedAt?: string | null;
            /** @description Your own id of the contact. */
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
                /** @description How far the address is to be trusted. Not all values are known. */
                emailStatus?: ("valid" | "catch-all" | "best-guess") | (string & {}) | null;
            } | null;
        };
        /**
         * @description A person to follow. This schema refuses keys it does not know, so that a misspelt `referenceId` is not lost; that
         *     closing, and that every value is text, is ours (inferred).
         */
        NewContact: {
            name: string;
            company: string;
            /** @description Authoritative when given. Whether it takes the slug or the URL is unknown. */
            linkedin?: string;
            /** @description Your own id of the contact. Must be unique; duplicates are rejected. */
            referenceId?: string;
        };
        /** @description The work of adding contacts, and its status. That it comes as an object is inferred; its fields are unknown. */
        ImportJob: {
            [key: string]: unknown;
        };
        /**
         * @description A contact of a ledger, version 2, in snake_case. The names of the fields are documented, though more exist than are
         *     written here; their types, and that `id` is always there, are inferred. Any other value may be `null` or absent.
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
                /** @description Id of the person in the people service. */
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
    listContacts: {
        parameters: {
            query?: {
                /** @description Only contacts whose job changed since. The form of the value is unknown. */
                lastJobChangedAt?: string;
                /** @description Only contacts whose information changed since. The form of the value is unknown. */
                lastInfoChangedAt?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contacts. Whether as a bare list or inside an object is unknown. */
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
            /** @description The import job that adds the contacts. Which status it comes with is unknown. */
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
            /** @description The status. Its form is unknown. */
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
            /** @description Your answer. What Live Data makes of it is unknown. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
