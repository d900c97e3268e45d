/** A rule that the code keeps, and how to break it. */
export interface Mutation {
  /** The area, and what the broken code does: "retry: retries once more than allowed". */
  readonly rule: string;
  /** The file, from `src`. */
  readonly file: string;
  /** The function, the constant, the class, or its member (`RetryBudget.take`) that the change is made in. */
  readonly in: string;
  /** Code that occurs once in it. White space does not matter. */
  readonly find: string;
  readonly replace: string;
}
