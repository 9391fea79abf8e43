import { join } from 'node:path';
import type {
  Expression,
  Node,
  NoSubstitutionTemplateLiteral,
  SourceFile,
  StringLiteral,
  TemplateExpression,
} from 'typescript/unstable/ast';
import {
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isIdentifier,
  isImportDeclaration,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
} from 'typescript/unstable/ast/is';
import { API, type Project } from 'typescript/unstable/sync';
import { phrase } from '../../lib/fault.ts';

/** A text of the source that a person may read in another language. */
export interface SourceText {
  readonly template: string;
  readonly at: string;
  /** Made by the tag, so that its places are places. */
  readonly isPhrase: boolean;
}

export interface SourceTexts {
  readonly texts: readonly SourceText[];
  /** Places that hand over a text which nobody can find in the source. */
  readonly unknown: readonly string[];
  /** Files that make phrases without the tag. */
  readonly makers: readonly string[];
}

/** Functions that take texts: the places of these among their arguments. */
const TAKING: Readonly<Record<string, readonly number[]>> = {
  Fault: [1],
  usage: [0, 1],
  unexpected: [0],
  unreachable: [0, 1],
};

/** Methods of zod that take the message of a refusal. */
const CHECKS = new Set(['regex', 'refine', 'min', 'max', 'length', 'startsWith', 'endsWith', 'includes']);
/** Members of zod's options that hold such a message. */
const MESSAGES = new Set(['error', 'message']);

type Literal = StringLiteral | NoSubstitutionTemplateLiteral;

const isLiteral = (node: Node): node is Literal =>
  isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node);

/** Whether a value is a text of the source, which no file of a language would have. */
const isWritten = (node: Node): boolean => {
  if (isLiteral(node)) return /\p{L}/u.test(node.text);
  if (isConditionalExpression(node)) return isWritten(node.whenTrue) || isWritten(node.whenFalse);
  if (isBinaryExpression(node)) return isWritten(node.left) || isWritten(node.right);
  return isTemplateExpression(node);
};

/** Reads the source with the compiler, so that no way to write a text is missed. */
export const readSourceTexts = (root: string, isRead: (file: string) => boolean): SourceTexts => {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProject: join(root, 'tsconfig.json') }).getProjects();
    if (!project) throw new Error('The compiler has not opened the project.');
    const found: { texts: SourceText[]; unknown: string[]; makers: string[] } = {
      texts: [],
      unknown: [],
      makers: [],
    };
    for (const path of project.rootFiles) {
      const file = path.slice(root.length + 1);
      const source = isRead(file) ? project.program.getSourceFile(path) : undefined;
      if (source) readFile(project, source, file, found);
    }
    return found;
  } finally {
    api.close();
  }
};

const readFile = (
  project: Project,
  source: SourceFile,
  file: string,
  { texts, unknown, makers }: { texts: SourceText[]; unknown: string[]; makers: string[] },
): void => {
  const usesZod = source.statements.some(
    (statement) =>
      isImportDeclaration(statement) &&
      isStringLiteral(statement.moduleSpecifier) &&
      /^zod(\/|$)/.test(statement.moduleSpecifier.text),
  );
  const placeOf = (node: Node): string =>
    `${file}:${source.text.slice(0, node.getStart(source)).split('\n').length}`;
  const add = (template: string, node: Node, isPhrase = false): void => {
    texts.push({ template, at: placeOf(node), isPhrase });
  };
  const typeOf = (node: Node): string => {
    const type = project.checker.getTypeAtLocation(node);
    return type ? project.checker.typeToString(type) : 'unknown';
  };

  const takeText = (node: Expression): void => {
    if (isConditionalExpression(node)) {
      takeText(node.whenTrue);
      takeText(node.whenFalse);
    } else if (isLiteral(node)) add(node.text, node);
    else if (isIdentifier(node) && node.text === 'undefined') return;
    // A phrase was found where it is made.
    else if (!/^(Phrase|SchemaPhrase)( \| undefined)?$/.test(typeOf(node)))
      unknown.push(`${placeOf(node)} ${typeOf(node)}`);
  };

  const visit = (node: Node): void => {
    if (isTaggedTemplateExpression(node) && isTextTag(node.tag)) {
      add(templateOf(node.template), node, true);
      const spans = isTemplateExpression(node.template) ? node.template.templateSpans : [];
      for (const { expression } of spans)
        if (isWritten(expression)) unknown.push(`${placeOf(expression)} a literal`);
    }
    if ((isNewExpression(node) || isCallExpression(node)) && isIdentifier(node.expression)) {
      const { text: name } = node.expression;
      if (name === 'Phrase') makers.push(file);
      for (const place of TAKING[name] ?? []) {
        const argument = node.arguments?.[place];
        if (argument) takeText(argument);
      }
    }
    if (usesZod) readMessagesOfSchema(node, add);
    node.forEachChild(visit);
  };
  visit(source);
};

const readMessagesOfSchema = (node: Node, add: (template: string, node: Node) => void): void => {
  if (isCallExpression(node) && isPropertyAccessExpression(node.expression)) {
    const last = node.arguments.at(-1);
    if (CHECKS.has(node.expression.name.text) && node.arguments.length > 1 && last && isLiteral(last)) {
      add(last.text, last);
    }
  }
  if (isPropertyAssignment(node) && isIdentifier(node.name) && MESSAGES.has(node.name.text)) {
    if (isLiteral(node.initializer)) add(node.initializer.text, node);
  }
};

/** `phrase`, and the tag by which a page says a text to its reader. */
const isTextTag = (tag: Node): boolean => {
  if (isIdentifier(tag)) return tag.text === 'phrase' || tag.text === 't';
  return isPropertyAccessExpression(tag) && tag.name.text === 't';
};

/** The tag itself makes the template of what stands in the source. */
const templateOf = (node: NoSubstitutionTemplateLiteral | TemplateExpression): string => {
  if (!isTemplateExpression(node)) return node.text;
  const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  const strings = Object.assign(parts, { raw: parts });
  return phrase(strings, ...node.templateSpans.map(() => '')).template;
};
