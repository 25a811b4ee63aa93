// Reads the hub's OpenAPI 3.1 description into what the page shows.
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
  responses?: Record<string, { description?: string; content?: Record<string, Content> }>;
  [extension: `x-${string}`]: unknown;
}

export interface Description {
  openapi: string;
  info: { title: string; version: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, RawOperation>>;
  components?: { schemas?: Record<string, Schema> };
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

export function operationsOf(description: Description): Operation[] {
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
        summary: raw.summary ?? raw.description ?? '',
        parameters: [...shared, ...(raw.parameters ?? [])],
        bodies: Object.entries(raw.requestBody?.content ?? {}).map(([media, content]) => ({ media, schema: content.schema ?? null })),
        answers: Object.entries(raw.responses ?? {}).map(([status, answer]) => {
          const [media, content] = Object.entries(answer.content ?? {})[0] ?? ['', {}];
          return { status, text: answer.description ?? '', media, schema: (content as Content).schema ?? null };
        }),
        permission: extension(raw, 'permission'),
        audit: extension(raw, 'audit'),
      });
    }
  }
  return found;
}

// A schema as indented lines of text, following references at most `depth` levels down.
export function outline(schema: Schema | null, all: Record<string, Schema>, depth = 4, indent = ''): string {
  if (schema === null) return '';
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').pop() ?? '';
    const target = all[name];
    return target === undefined || depth === 0 ? name : outline(target, all, depth - 1, indent);
  }
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice !== undefined) return choice.map((one) => outline(one, all, depth - 1, indent)).join(' | ');
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.properties !== undefined) {
    if (depth === 0) return '{…}';
    const inner = `${indent}  `;
    const lines = Object.entries(schema.properties).map(([name, field]) => {
      const must = schema.required?.includes(name) === true ? '' : '?';
      const note = field.title ?? field.description;
      return `${inner}${name}${must}: ${outline(field, all, depth - 1, inner)}${note === undefined ? '' : `  // ${note}`}`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  if (schema.items !== undefined) return `[${outline(schema.items, all, depth, indent)}]`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : schema.type ?? 'any';
  const limits = [
    schema.format, schema.minimum === undefined ? '' : `≥ ${schema.minimum}`, schema.maximum === undefined ? '' : `≤ ${schema.maximum}`,
    schema.maxLength === undefined ? '' : `≤ ${schema.maxLength}`,
  ].filter((one) => one !== undefined && one !== '');
  return limits.length > 0 ? `${type} (${limits.join(', ')})` : type;
}
