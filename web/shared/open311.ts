// Connections to other Open311 servers.
import { get, post, send } from './api';
import type { components } from './api.d';
import type { Page } from './types';

type Schemas = components['schemas'];
export type Connection = Schemas['Open311Connection'];
export type NewConnection = Schemas['NewOpen311Connection'];
export type Mapping = Schemas['Open311Mapping'];
export type Link = Schemas['Open311Link'];
export type FoundService = Schemas['Open311FoundService'];
export type LinkState = Link['state'];

export const link_states: readonly LinkState[] = ['conflict', 'refused', 'unsure', 'waiting', 'linked'];
export const directions = ['in', 'out', 'both'] as const;
// What a text about one of their requests may name.
export const members = ['description', 'service_request_id', 'status_notes', 'service_name', 'service_code', 'agency_responsible', 'address', 'address_id', 'zipcode', 'media_url', 'requested_datetime'] as const;

const at = (id: string): string => `/open311/connections/${encodeURIComponent(id)}`;

export const open311 = {
  list: () => get<{ items: Connection[] }>('/open311/connections'),
  one: (id: string) => get<Connection>(at(id)),
  add: (wanted: NewConnection, key: string) => post<Connection>('/open311/connections', wanted, key),
  edit: (id: string, wanted: NewConnection) => send<Connection>('PUT', at(id), wanted),
  remove: (id: string) => send<null>('DELETE', at(id)),
  try: (wanted: NewConnection) => send<{ services: FoundService[] }>('POST', '/open311/connections/trials', wanted),
  run: (id: string) => send<Connection>('POST', `${at(id)}/run`),
  state: (id: string, state: Connection['state']) => send<Connection>('PUT', `${at(id)}/state`, { state }),
  links: (id: string, query: { state?: string; cursor?: string; limit?: number }) => get<Page<Link>>(`${at(id)}/links`, query),
  settle: (id: string, link: string, how: 'again' | 'found' | 'seen', request = '') => send<Link>('POST', `${at(id)}/links/${encodeURIComponent(link)}/settle`, { how, ...(request === '' ? {} : { request }) }),
};
