// Reads the hub's OpenAPI 3.1 description into what the page shows.
import type { Language } from '@shared/language';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  pattern?: string;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Content {
  schema?: Schema;
}

interface RawOperation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, Content> };
  responses?: Record<string, Answer>;
  [extension: `x-${string}`]: unknown;
}

export interface Description {
  openapi: string;
  info: { title: string; version: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema>; responses?: Record<string, Answer> };
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  module: string;
  summary: string;
  parameters: Parameter[];
  bodies: { media: string; schema: Schema | null }[];
  answers: { status: string; text: string; media: string; schema: Schema | null }[];
  permission: string;
  audit: string;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function extension(raw: RawOperation, word: string): string {
  for (const [key, value] of Object.entries(raw)) {
    if (key.startsWith('x-') && key.endsWith(word) && typeof value === 'string') return value;
  }
  return '';
}

// The text in the reader's language: English stands in the member, Chinese beside it in x-<member>-zh.
export function said(thing: object | undefined, member: string, language: Language): string {
  const texts = (thing ?? {}) as Record<string, unknown>;
  const chosen = language === 'zh' ? texts[`x-${member}-zh`] : undefined;
  const text = chosen ?? texts[member];
  return typeof text === 'string' ? text : '';
}

interface Answer {
  $ref?: string;
  description?: string;
  content?: Record<string, Content>;
}

function answersOf(raw: RawOperation, description: Description): Operation['answers'] {
  return Object.entries((raw.responses ?? {}) as Record<string, Answer>).map(([status, given]) => {
    const answer = given.$ref === undefined ? given : description.components?.responses?.[given.$ref.split('/').pop() ?? ''] ?? given;
    const [media, content] = Object.entries(answer.content ?? {})[0] ?? ['', {} as Content];
    return { status, text: status.startsWith('2') ? '' : answer.description ?? '', media, schema: content.schema ?? null };
  });
}

export function operationsOf(description: Description, language: Language): Operation[] {
  const found: Operation[] = [];
  for (const [path, item] of Object.entries(description.paths)) {
    const shared = (item.parameters as unknown as Parameter[] | undefined) ?? [];
    for (const method of methods) {
      const raw = item[method];
      if (raw === undefined) continue;
      found.push({
        id: raw.operationId ?? `${method} ${path}`,
        method,
        path,
        module: raw.tags?.[0] ?? path.split('/')[3] ?? '',
        summary: said(raw, 'summary', language),
        parameters: [...shared, ...(raw.parameters ?? [])].map((one) => ({ ...one, description: said(one, 'description', language) })),
        bodies: Object.entries(raw.requestBody?.content ?? {}).map(([media, content]) => ({ media, schema: content.schema ?? null })),
        answers: answersOf(raw, description),
        permission: extension(raw, 'permission'),
        audit: extension(raw, 'audit'),
      });
    }
  }
  return found;
}

// A schema as indented lines of text, following references at most `depth` levels down.
export function outline(schema: Schema | null, all: Record<string, Schema>, depth = 4, indent = '', language: Language = 'en'): string {
  if (schema === null) return '';
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').pop() ?? '';
    const target = all[name];
    return target === undefined || depth === 0 ? name : outline(target, all, depth - 1, indent, language);
  }
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice !== undefined) return choice.map((one) => outline(one, all, depth - 1, indent, language)).join(' | ');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.properties !== undefined) {
    if (depth === 0) return '{…}';
    const inner = `${indent}  `;
    const lines = Object.entries(schema.properties).map(([name, field]) => {
      const must = schema.required?.includes(name) === true ? '' : '?';
      const note = said(field, 'title', language) || said(field, 'description', language);
      return `${inner}${name}${must}: ${outline(field, all, depth - 1, inner, language)}${note === '' ? '' : `  // ${note}`}`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  if (schema.items !== undefined) return `[${outline(schema.items, all, depth, indent, language)}]`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : schema.type ?? 'any';
  const limits = [
    schema.format, schema.minimum === undefined ? '' : `≥ ${schema.minimum}`, schema.maximum === undefined ? '' : `≤ ${schema.maximum}`,
    schema.maxLength === undefined ? '' : `≤ ${schema.maxLength}`,
  ].filter((one) => one !== undefined && one !== '');
  return limits.length > 0 ? `${type} (${limits.join(', ')})` : type;
}
