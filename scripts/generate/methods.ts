/** The HTTP methods of a path item in OpenAPI 3.0 and 3.1. */
export const METHODS: readonly string[] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
