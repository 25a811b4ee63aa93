// Who acted, by name and office, as far as the hub tells the reader. Names are asked for together, once each and language; until
// they are here, and where they are not for the reader, the name of the audit log stands in their place.
import { shallowRef } from 'vue';
import { get, nameActorsBy } from './api';
import type { components } from './api.d';
import { i18n } from './i18n';
import { useMe } from './session';

type Person = components['schemas']['Person'];

const at_once = 100;
const known = shallowRef<ReadonlyMap<string, Person>>(new Map());
const asked = new Set<string>();
let waiting: string[] = [];
let answered: Promise<unknown> = Promise.resolve();  // to all that was asked so far

async function ask(): Promise<void> {
  while (waiting.length > 0) {
    const actors = waiting.slice(0, at_once);
    waiting = waiting.slice(at_once);
    try {
      const { items } = await get<{ items: Person[] }>('/people', { actors: actors.join(',') });
      known.value = new Map([...known.value, ...items.map((one) => [keyOf(one.actor), one] as const)]);
    } catch {
      // Not to be had: the name of the log stays, and nobody is asked again and again.
    }
  }
}

// Offices are called differently in the other language, so each is asked for again there.
const keyOf = (actor: string): string => `${i18n.global.locale.value}:${actor}`;

function personOf(actor: string): Person | undefined {
  const person = known.value.get(keyOf(actor));
  if (person === undefined && !asked.has(keyOf(actor))) {
    asked.add(keyOf(actor));
    waiting.push(actor);
    if (waiting.length === 1) answered = Promise.all([answered, Promise.resolve().then(ask)]);
  }
  return person;
}

// Whether it is an account, and not the hub itself or a package.
export const isAccount = (actor: string): boolean => /^account:\d+$/.test(actor);

// How whoever acted is shown: by name, with the office behind it; oneself by name; the hub's own actors by what they are.
export function nameOf(actor: string | null | undefined): string {
  if (!actor) return '';
  const me = useMe().value;
  if (me !== null && actor === me.actor) return me.name;
  const { t, te } = i18n.global;
  if (!isAccount(actor)) return te(`identity.actor.${actor}`) ? t(`identity.actor.${actor}`) : actor;
  const person = personOf(actor);
  if (person === undefined) return actor;
  const name = person.name ?? (person.kind === null ? actor : t(`identity.kind.${person.kind}`));
  return person.office === null ? name : t('identity.actor.ofOffice', { name, office: person.office });
}

// The same for each account that a sentence names.
export async function named(text: string): Promise<string> {
  const accounts = text.match(/account:\d+/g) ?? [];
  if (accounts.length === 0) return text;
  accounts.forEach(nameOf);
  await answered;
  return text.replace(/account:\d+/g, (account) => nameOf(account));
}
nameActorsBy(named);
