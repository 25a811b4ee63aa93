// The tabs at the bottom, by what one may do: people who work cases have their day and their queue, volunteers what they are asked to help with, others
// their services and their own cases.
import { helper_role } from '@shared/cases';
import type { Me } from '@shared/session';

export interface Tab { name: string; path: string }

export const isWorker = (me: Me): boolean => me.permissions.includes('case.act');

export const isHelper = (me: Me): boolean => !isWorker(me) && me.grants.some((grant) => grant.role === helper_role);

export function tabsFor(me: Me): Tab[] {
  const middle: Tab[] = isWorker(me)
    ? [{ name: 'today', path: '/today' }, { name: 'report', path: '/report' }, { name: 'outbox', path: '/outbox' }, { name: 'notices', path: '/notices' }]
    : [...(isHelper(me) ? [{ name: 'tasks', path: '/tasks' }] : []), { name: 'home', path: '/report' }, { name: 'mine', path: '/mine' }, { name: 'notices', path: '/notices' }];
  return [...middle, { name: 'me', path: '/me' }];
}

export const firstPage = (me: Me): string => tabsFor(me)[0].path;
