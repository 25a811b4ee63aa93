// Queued actions as the hub takes them, and its answers as the queue takes them. Workers send their queue as one; what may not be queued, and all of
// those who have no queue at the hub (residents), goes as requests of their own under keys made of device and sequence: each once, either way.
import { askMe, Problem } from '@shared/api';
import { cases, sendPhoto, type CaseDetail, type QueuedAction, type SyncResult } from '@shared/cases';
import { isLocal, type Action } from '@shared/offline/queue';
import { photo_refused } from '@shared/offline/conflict';
import type { Outcome, Transport } from '@shared/offline/sync';
import { may } from '@shared/session';

type Pictures = ReadonlyMap<string, string>;
const picturesOf = (action: Action, pictures: Pictures): string[] => action.photos.flatMap((id) => pictures.get(id) ?? []);

export function wireOf(action: Action, pictures: Pictures): QueuedAction {
  const photos = picturesOf(action, pictures);
  return {
    sequence: action.sequence, kind: action.kind, done_at: action.made_at,
    ...(action.kind === 'open' ? { process: action.process } : isLocal(action.about) ? {} : { case: action.about }),
    process_version: action.process_version,
    ...(action.base_version === null || action.kind === 'open' ? {} : { version: action.base_version }),
    ...(action.step === null ? {} : { action: action.step }),
    ...(action.kind === 'comment' ? {} : { form: action.fields }),
    ...(action.words === '' ? {} : { words: action.words }),
    ...(photos.length === 0 ? {} : { photos }),
    ...(action.point === null ? {} : { longitude: action.point[0], latitude: action.point[1] }),
    ...(action.region === null ? {} : { region: action.region }),
  };
}

export function outcomeOf(result: SyncResult): Outcome {
  if (result.outcome === 'done' || result.outcome === 'done_before') return { sequence: result.sequence, kind: 'done', case_id: result.case, version: result.version };
  return { sequence: result.sequence, kind: 'refused', refusal: { code: result.code || result.outcome, sentence: result.sentence, version: result.version, conflict: result.conflict } };
}

// The same action as a request of its own.
function ask(action: Action, photos: string[], key: string): Promise<CaseDetail> {
  const pictures = photos.length === 0 ? {} : { photos };
  const words = action.words === '' ? {} : { words: action.words };
  if (action.kind === 'comment') return cases.comment(action.about, action.words, key);
  if (action.kind === 'act') {
    const given = action.assignee === null ? {} : { assignee: action.assignee };
    return cases.act(action.about, { action: action.step ?? '', version: action.base_version ?? 1, inputs: action.fields, ...words, ...pictures, ...given }, key);
  }
  return cases.open(action.process, {
    form: action.fields, ...pictures,
    ...(action.point === null ? {} : { longitude: action.point[0], latitude: action.point[1] }),
    ...(action.region === null ? {} : { region: action.region }),
    ...(action.behalf === null ? {} : { in_name_of: action.behalf.name, ...(action.behalf.phone === '' ? {} : { phone: action.behalf.phone }) }),
  }, key);
}

// A refusal is the hub's last word on an action; who is not signed in, and who asks too often, asks again later.
const isAnswer = (cause: unknown): cause is Problem => cause instanceof Problem && cause.status >= 400 && cause.status < 500 && cause.status !== 401 && cause.status !== 429;

const codeOf = (problem: Problem): string => problem.body.errors?.[0]?.code ?? problem.body.code ?? '';

// The sentences of a refusal: the whole, and those about single fields.
function sentences(problem: Problem): string {
  const about = (problem.body.errors ?? []).map((error) => error.detail);
  return about.length > 0 ? about.join(' ') : problem.message;
}

async function alone(device: string, action: Action, pictures: Pictures): Promise<Outcome> {
  try {
    const { case: one } = await ask(action, picturesOf(action, pictures), `${device}-${action.sequence}`);
    return { sequence: action.sequence, kind: 'done', case_id: one.id, version: one.version };
  } catch (cause) {
    if (!isAnswer(cause)) throw cause;
    return { sequence: action.sequence, kind: 'refused', refusal: { code: codeOf(cause), sentence: sentences(cause), version: null, conflict: null } };
  }
}

// As one request. Where the hub refuses the request as a whole, one action in it cannot be read: each goes by itself, so that this one alone is
// refused, in sight, and stands in nobody's way.
async function together(device: string, actions: readonly Action[], pictures: Pictures): Promise<Outcome[]> {
  try {
    return (await cases.sync(device, actions.map((action) => wireOf(action, pictures)))).items.map(outcomeOf);
  } catch (cause) {
    if (!isAnswer(cause)) throw cause;
    if (actions.length === 1) return [{ sequence: actions[0].sequence, kind: 'refused', refusal: { code: codeOf(cause), sentence: sentences(cause), version: null, conflict: null } }];
    const outcomes: Outcome[] = [];
    for (const action of actions) outcomes.push(...(await together(device, [action], pictures)));
    return outcomes;
  }
}

export const hubTransport: Transport = {
  // The browser has one cookie for all pages: another account may have signed in at the desk meanwhile.
  async check(account) {
    if ((await askMe()).actor !== account) throw new Problem(401, {});
  },
  async upload(id, bytes) {
    try {
      // The picture's own name is the key: sent twice, it is kept once.
      return { kind: 'kept', id: (await sendPhoto(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' }), id)).id };
    } catch (cause) {
      if (!isAnswer(cause)) throw cause;
      return { kind: 'refused', refusal: { code: photo_refused, sentence: sentences(cause), version: null, conflict: null } };
    }
  },
  async send(device, actions, pictures) {
    const queued = may('case.act') ? actions.filter((action) => !action.direct) : [];
    const outcomes: Outcome[] = queued.length === 0 ? [] : await together(device, queued, pictures);
    for (const action of actions.filter((one) => !queued.includes(one))) {
      try {
        outcomes.push(await alone(device, action, pictures));
      } catch (cause) {
        if (outcomes.length === 0) throw cause;
        break;  // what was answered is kept; the rest is tried in the next round
      }
    }
    return outcomes;
  },
};
