/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/session.yaml
 * - openapi/identity.yaml
 *
 * SHA-256 of them: 6a2923d399a1eff405fdcdb7e87c8f629c8967882ffffdff7957d3dcc7a497fb
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
         * @description Returns an access token that is valid for one hour. A service account sends JSON, a user sends a form. The
         *     request needs no token.
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
        /** @description Credentials of a service account, created in the web app under Teams → Service Accounts. The secret is shown once. */
        ServiceAccountCredentials: {
            /** @constant */
            grantType: "clientCredentials";
            clientId: string;
            clientSecret: string;
        };
        /** @description Credentials of a user, without a grant type. */
        UserCredentials: {
            username: string;
            password: string;
        };
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
        Session: {
            /**
             * @description A JSON Web Token, sent as the bearer token of every call. The vendor's prose says `access_token` once; its
             *     sample and all known code say `accessToken`.
             */
            accessToken: string;
            /**
             * @description When the token expires, one hour after it was created. It has **no time zone and means UTC**, so it is not a
             *     `date-time`, and `new Date()` would read it as local time. The fraction of a second is absent if it is zero.
             * @example 2021-11-19T23:36:09.092720
             */
            expiresAt: string;
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
