/** The server and the credentials of a client. */
export interface SignIn {
  /** Origin of the simulated server, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A client made for one scenario. */
export interface Instance {
  /**
   * Calls the protected resource once, with a token that the client manages.
   *
   * @returns the status of the response; may reject if it is not 2xx
   */
  call(): Promise<number>;
  /** The object that a program holds and might log. */
  readonly loggable: unknown;
}

/** A client to compare. */
export interface Client {
  /** Name of its package. */
  readonly name: string;
  /** How it is set up, for readers of the figures. */
  readonly setUp: string;
  create(signIn: SignIn): Instance;
}
