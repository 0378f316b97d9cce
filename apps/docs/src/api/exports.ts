import ts from "typescript60";
import { type Door, doors } from "./doors.ts";

export type Kind = "function" | "class" | "value" | "type";

export interface Option {
  readonly name: string;
  readonly required: boolean;
  /** As declared, without `undefined`. */
  readonly type: string;
  readonly docstring: string;
}

export interface Export {
  readonly name: string;
  readonly kind: Kind;
  readonly docstring: string;
  /** Of functions and classes: the names of the parameters, optional ones with a question mark. */
  readonly parameters: readonly string[];
  /** The exported tables of options that its parameters take. */
  readonly takes: readonly string[];
  /** Of tables of options: all but those of `bases`. */
  readonly options: readonly Option[];
  /** Other exported tables that this one extends. */
  readonly bases: readonly string[];
}

export interface DoorExports {
  readonly door: Door;
  readonly exports: readonly Export[];
}

/** Names of interfaces that are tables of options. */
const TABLE = /(?:Options|Handlers|Hooks|EventInit)$/;

/** What every door exports, as its declarations and docstrings have it. */
export function readDoors(): readonly DoorExports[] {
  const all = doors();
  const program = ts.createProgram(
    all.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      customConditions: ["@sse/source"],
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      types: ["node"],
    },
  );
  const reader = new DoorReader(program.getTypeChecker());
  return all.map((door) => {
    const source = program.getSourceFile(door.file);
    if (source === undefined) throw new Error(`${door.name} has no source: ${door.file}`);
    return { door, exports: reader.read(source) };
  });
}

class DoorReader {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  read(source: ts.SourceFile): readonly Export[] {
    const module = this.#checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${source.fileName} exports nothing.`);
    const symbols = this.#checker.getExportsOfModule(module);
    const names = new Set(symbols.map(({ name }) => name));
    return symbols.map((symbol) => this.#export(symbol, names)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #export(exported: ts.Symbol, names: ReadonlySet<string>): Export {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? this.#checker.getAliasedSymbol(exported) : exported;
    const { name } = exported;
    const kind = kindOf(symbol);
    const isTable = kind === "type" && TABLE.test(name);
    const parameters = parametersOf(symbol);
    const bases = isTable ? this.#bases(symbol, names) : [];
    return {
      name,
      kind,
      docstring: this.#docstring(symbol),
      parameters: parameters.map(({ name, questionToken, initializer }) =>
        questionToken === undefined && initializer === undefined ? name.getText() : `${name.getText()}?`,
      ),
      takes: [...new Set(parameters.flatMap(({ type }) => type?.getText().match(/\w+/g) ?? []))].filter(
        (word) => names.has(word) && TABLE.test(word),
      ),
      options: isTable ? this.#options(symbol, bases) : [],
      bases: bases.map((base) => base.name),
    };
  }

  #docstring(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
  }

  #bases(symbol: ts.Symbol, names: ReadonlySet<string>): readonly ts.Symbol[] {
    const type = this.#checker.getDeclaredTypeOfSymbol(symbol);
    const direct = type.isClassOrInterface() ? this.#checker.getBaseTypes(type) : [];
    return direct.map((base) => base.symbol).filter((base) => names.has(base.name));
  }

  #options(symbol: ts.Symbol, bases: readonly ts.Symbol[]): readonly Option[] {
    const properties = (of: ts.Symbol): readonly ts.Symbol[] =>
      this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(of));
    const inherited = new Set(bases.flatMap((base) => properties(base).map(({ name }) => name)));
    return properties(symbol)
      .filter(({ name }) => !inherited.has(name))
      .map((property) => {
        const type = declaredType(property);
        return {
          name: property.name,
          required: (property.flags & ts.SymbolFlags.Optional) === 0 && type !== "unknown",
          type: withoutParameters(type, symbol),
          docstring: this.#docstring(property),
        };
      });
  }
}

function declaredType(property: ts.Symbol): string {
  const declared = property.declarations?.[0];
  if (declared === undefined || !ts.isPropertySignature(declared)) return "function"; // written as a method
  return (declared.type?.getText() ?? "unknown").replaceAll(/\s+/g, " ").replace(/ \| undefined$/, "");
}

/** The type parameters of the table stand for what they may be: nobody writes them. */
function withoutParameters(type: string, table: ts.Symbol): string {
  const parameters = (table.declarations ?? []).flatMap((declared) =>
    ts.isInterfaceDeclaration(declared) ? [...(declared.typeParameters ?? [])] : [],
  );
  return parameters.reduce((text, { name, constraint }) => {
    const word = name.getText();
    const plain = text.replace(`<${word}>`, "");
    return plain.replace(new RegExp(`\\b${word}\\b`), constraint?.getText() ?? "unknown");
  }, type);
}

function kindOf({ flags }: ts.Symbol): Kind {
  if (flags & ts.SymbolFlags.Function) return "function";
  if (flags & ts.SymbolFlags.Class) return "class";
  return flags & ts.SymbolFlags.Variable ? "value" : "type";
}

/** Of the overload that takes most; of a class, its constructor's. */
function parametersOf(symbol: ts.Symbol): readonly ts.ParameterDeclaration[] {
  const lists = (symbol.declarations ?? []).flatMap((declaration) => {
    if (ts.isFunctionDeclaration(declaration)) return [declaration.parameters];
    if (!ts.isClassDeclaration(declaration)) return [];
    return declaration.members.filter(ts.isConstructorDeclaration).map(({ parameters }) => parameters);
  });
  return [...(lists.sort((a, b) => b.length - a.length)[0] ?? [])];
}
