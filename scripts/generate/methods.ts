/** The methods that a path item of OpenAPI 3.0 and 3.1 may have operations of. */
export const METHODS: readonly string[] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
