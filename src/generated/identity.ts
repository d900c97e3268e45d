/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/session.yaml
 * - openapi/identity.yaml
 *
 * SHA-256 of them: ac7a0321dedfae0e104a4f0eba3a967896318cf1c9179d1e9ab4df6eaf9b47af
 */

export interface paths {
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange credentials for an access token
         * @description Gives an access token that lives one hour. A service account sends JSON, a user sends a form; no token is
         *     needed.
         */
        post: operations["createSession"];
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
        /** @description A service account, created in the web application under Teams → Service Accounts. Its secret is shown once. */
        ServiceAccountCredentials: {
            /** @constant */
            grantType: "clientCredentials";
            clientId: string;
            clientSecret: string;
        };
        /** @description A user's own credentials, with no grant type. */
        UserCredentials: {
            username: string;
            password: string;
        };
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
        Session: {
            /**
             * @description A JSON Web Token, sent as the bearer token of every call. The vendor's prose says `access_token` once; its
             *     sample and all known code say `accessToken`.
             */
            accessToken: string;
            /**
             * @description When the token expires, one hour after it was made. It has **no time zone and means UTC**: `new Date()` would
             *     read it as local time. The fraction of a second is absent when it is zero. Hence not a `date-time`.
             * @example 2021-11-19T23:36:09.092720
             */
            expiresAt: string;
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
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceAccountCredentials"];
                "application/x-www-form-urlencoded": components["schemas"]["UserCredentials"];
            };
        };
        responses: {
            /** @description A new session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Failure"];
        };
    };
}
