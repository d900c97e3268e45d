/** Where a client signs in, and as whom. */
export interface SignIn {
  /** The simulated server, such as `http://127.0.0.1:41234`. */
  readonly origin: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A client made for one scenario. */
export interface Instance {
  /**
   * Calls the protected resource once, with a token that the client looks after.
   *
   * @returns resolves with the answer's status; may as well reject where that is not 2xx
   */
  call(): Promise<number>;
  /** The object that a program holds, and might log. */
  readonly loggable: unknown;
}

/** A client to compare. */
export interface Client {
  /** Its package. */
  readonly name: string;
  /** How it was set up, for the reader of its figures. */
  readonly setUp: string;
  create(signIn: SignIn): Instance;
}
