import { type Bundle, type Operation, operationsOf } from "../../generate/document.js";

/**
 * Finds the operations whose id has changed. An operation is the same if it has the same method and path, or if the paths
 * differ only in the names of their parameters and no other path of either document does.
 */
export function findRenames(before: Bundle, after: Bundle): { operation: Operation; was: string }[] {
  const [old, now] = [operationsOf(before), operationsOf(after)];
  const [oldShapes, newShapes] = [countShapes(old), countShapes(now)];
  const exact = new Map(old.map((operation) => [`${operation.method} ${operation.path}`, operation]));
  const byShape = new Map(old.map((operation) => [shapeOf(operation), operation]));
  return now.flatMap((operation) => {
    const shape = shapeOf(operation);
    const isUnique = oldShapes.get(shape) === 1 && newShapes.get(shape) === 1;
    const same = exact.get(`${operation.method} ${operation.path}`) ?? (isUnique ? byShape.get(shape) : undefined);
    return same === undefined || same.id === operation.id ? [] : [{ operation, was: same.id }];
  });
}

function shapeOf({ method, path }: Operation): string {
  return `${method} ${path.replace(/\{[^{}]*\}/g, "{}")}`;
}

function countShapes(operations: readonly Operation[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const operation of operations) counts.set(shapeOf(operation), (counts.get(shapeOf(operation)) ?? 0) + 1);
  return counts;
}
