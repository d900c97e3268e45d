/** A rule that the code keeps, and how to break it. */
export interface Mutation {
  /** What is broken. */
  readonly rule: string;
  /** The file, from `src`. */
  readonly file: string;
  /** A text that stands there once. */
  readonly find: string;
  readonly replace: string;
}
