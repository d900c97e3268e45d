import fc from "fast-check";

/** A schema of a small grammar, of which both a document and a user's program can be made. */
export type Model =
  | { readonly type: "string" | "number" | "boolean" | "self" }
  /** Closed, or with any other string beside. */
  | { readonly type: "enum"; readonly values: readonly string[]; readonly isOpen: boolean }
  | { readonly type: "nullable" | "array" | "map"; readonly of: Model }
  | ObjectModel
  /** One of several objects, told apart by `tag`; or of plain types. */
  | { readonly type: "tagged"; readonly branches: readonly ObjectModel[] }
  | { readonly type: "union"; readonly branches: readonly ("string" | "number" | "boolean")[] };

/** An object that may have more than it says. */
export interface ObjectModel {
  readonly type: "object";
  readonly properties: readonly Property[];
}

/** A property of an object. */
export interface Property {
  readonly name: string;
  readonly isRequired: boolean;
  readonly of: Model;
}

const STRING: Model = { type: "string" };
const NUMBER: Model = { type: "number" };
const NAMES = ["a", "b", "c"];
const VALUES = ["x", "y", "z"];

const plain = fc.constantFrom<Model>(STRING, NUMBER, { type: "boolean" });
const values = fc.subarray(VALUES, { minLength: 1 });
const enumeration = fc.record({ type: fc.constant("enum" as const), values, isOpen: fc.boolean() });
const union = fc.record({
  type: fc.constant("union" as const),
  branches: fc.subarray(["string", "number", "boolean"] as const, { minLength: 2 }),
});

const { object } = fc.letrec<{ model: Model; object: ObjectModel; tagged: Model; wrapped: Model }>((tie) => ({
  model: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    plain,
    enumeration,
    union,
    tie("wrapped"),
    tie("object"),
    tie("tagged"),
  ),
  object: fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 })
    .chain((names) =>
      fc.tuple(
        ...names.map((name) => fc.record({ name: fc.constant(name), isRequired: fc.boolean(), of: tie("model") })),
      ),
    )
    .map((properties) => ({ type: "object" as const, properties })),
  tagged: fc
    .array(tie("object"), { minLength: 2, maxLength: 3 })
    .map((branches) => ({ type: "tagged" as const, branches })),
  wrapped: fc.record({
    type: fc.constantFrom("nullable" as const, "array" as const, "map" as const),
    of: tie("model"),
  }),
}));

/** An object that may hold others like itself. */
export const rootModel: fc.Arbitrary<ObjectModel> = fc
  .record({ root: object, isRecursive: fc.boolean() })
  .map(({ root, isRecursive }) => {
    const self: Property = { name: "children", isRequired: false, of: { type: "array", of: { type: "self" } } };
    return isRecursive ? { ...root, properties: [...root.properties, self] } : root;
  });

/** All that one small edit makes of an object. */
export function editsOfRoot(root: ObjectModel): ObjectModel[] {
  return editsOfObject(root);
}

function edits(model: Model): Model[] {
  return [...replacements(model), ...editsInside(model)];
}

function replacements(model: Model): Model[] {
  const others: Model[] = [STRING, NUMBER, { type: "nullable", of: model }, { type: "array", of: model }];
  return others.filter(({ type }) => type !== model.type);
}

function editsInside(model: Model): Model[] {
  switch (model.type) {
    case "enum":
      return [
        { ...model, isOpen: !model.isOpen },
        ...VALUES.filter((value) => !model.values.includes(value)).map((value) => ({
          ...model,
          values: [...model.values, value],
        })),
        ...leftOut(model.values).map((left) => ({ ...model, values: left })),
      ];
    case "nullable":
    case "array":
    case "map":
      return [model.of, ...edits(model.of).map((of) => ({ ...model, of }))];
    case "object":
      return editsOfObject(model);
    case "tagged": {
      const more: ObjectModel = { type: "object", properties: [{ name: "d", isRequired: true, of: STRING }] };
      return [
        { ...model, branches: [...model.branches, more] },
        ...leftOut(model.branches).map((branches) => ({ ...model, branches })),
        ...replaced(model.branches, editsOfObject).map((branches) => ({ ...model, branches })),
      ];
    }
    case "union":
      return leftOut(model.branches).map((branches) => ({ ...model, branches }));
    default:
      return [];
  }
}

function editsOfObject(model: ObjectModel): ObjectModel[] {
  const extra = (isRequired: boolean): Property => ({ name: "extra", isRequired, of: STRING });
  const lists = [
    ...(model.properties.some(({ name }) => name === "extra")
      ? []
      : [
          [...model.properties, extra(false)],
          [...model.properties, extra(true)],
        ]),
    ...model.properties.map((_, index) => model.properties.filter((__, other) => other !== index)),
    ...replaced(model.properties, editsOfProperty),
  ];
  return lists.map((properties) => ({ ...model, properties }));
}

function editsOfProperty(property: Property): Property[] {
  if (property.name === "children") return [];
  return [
    { ...property, isRequired: !property.isRequired },
    { ...property, name: `${property.name}_renamed` },
    ...edits(property.of).map((of) => ({ ...property, of })),
  ];
}

/** The list without one of its members, unless it has but one. */
function leftOut<T>(list: readonly T[]): T[][] {
  return list.length < 2 ? [] : list.map((_, index) => list.filter((__, other) => other !== index));
}

/** The list with one of its members in another form. */
function replaced<T>(list: readonly T[], forms: (member: T) => readonly T[]): T[][] {
  return list.flatMap((member, index) =>
    forms(member).map((form) => list.map((each, other) => (other === index ? form : each))),
  );
}
