import { type Application, Comment, type Context, Converter, ReflectionKind } from "typedoc";
import ts from "typescript";

/** The file whose aliases name the types of the OpenAPI documents. */
const NAMED = /\/src\/types\.ts$/;

/**
 * Shows the types of the OpenAPI documents by their names in `src/types.ts`. For the compiler, such a name is an index into a
 * generated type and stands for an anonymous one, which would be written out wherever it is used.
 */
export function nameSchemas(app: Application): void {
  const names = new Map<ts.Symbol, ts.Type>();
  let writtenOut: ts.Type | undefined;

  app.converter.on(Converter.EVENT_BEGIN, (context) => {
    for (const [name, type] of namedTypes(context)) {
      names.set(name, type);
      // Not while the alias itself is converted: its page would only say that it is itself.
      Object.defineProperty(type, "aliasSymbol", { get: () => (writtenOut === type ? undefined : name) });
    }
  });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    writtenOut = undefined;
    if (reflection.kind !== ReflectionKind.TypeAlias) return;
    const symbol = context.getSymbolFromReflection(reflection);
    const type = symbol && names.get(symbol);
    if (type === undefined) return;
    reflection.comment ??= new Comment();
    reflection.comment.modifierTags.add("@useDeclaredType");
    writtenOut = type;
  });
}

function namedTypes(context: Context): [ts.Symbol, ts.Type][] {
  return context.programs.flatMap((program) => {
    const checker = program.getTypeChecker();
    const files = program.getSourceFiles().filter(({ fileName }) => NAMED.test(fileName));
    return files
      .flatMap(({ statements }) => statements.filter(ts.isTypeAliasDeclaration))
      .filter(isExported)
      .flatMap(({ name }): [ts.Symbol, ts.Type][] => {
        const symbol = checker.getSymbolAtLocation(name);
        const type = symbol && checker.getDeclaredTypeOfSymbol(symbol);
        return type && type.aliasSymbol === undefined ? [[symbol, type]] : [];
      });
  });
}

function isExported(node: ts.TypeAliasDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}
