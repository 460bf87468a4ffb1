import { readConsoleConfig } from '../../console/read-config.ts'
import { printIssuer, type IssuerName } from '../../console/single-sign-on/issuer-terms.ts'
import type { Person } from '../../core/person.ts'
import { dataPaths } from '../../platform/data-folder.ts'
import type { Store } from '../../store/open-store.ts'
import { actingPerson, actingUser } from '../acting-person.ts'
import { withStore } from '../find-list.ts'
import type { GlobalOptions } from '../global-options.ts'
import { changeIdentity } from './manage-identities.ts'
import { findUser } from './find-user.ts'
import { makeApiKey, revokeApiKey } from './manage-keys.ts'
import {
  addOrganisation,
  addUser,
  changeRoles,
  changeUser,
  inviteUser,
  removePasskey,
  switchUser,
  type Managing,
} from './manage-users.ts'
import type { PeopleDeeds } from './people-deeds.ts'
import { toldInvited, toldKey, toldOrganisation, toldPasskey, toldUser } from './told-people.ts'

/** What commands do with people, on a data folder. Whoever can read the folder may look; who changes something acts under his name. */
export function localPeople({ data, actor }: GlobalOptions): PeopleDeeds {
  const managing = <T>(
    work: (deps: Managing) => T,
    personOf: (store: Store, name: string) => Person = actingPerson,
  ): Promise<T> => {
    const open = (store: Store): T => {
      return work({ store, person: personOf(store, actor), at: new Date() })
    }
    return withStore(data, open, { actor })
  }
  const read = <T>(work: (store: Store) => T): Promise<T> => withStore(data, work)
  const issuers = (): readonly IssuerName[] =>
    readConsoleConfig(dataPaths(data).console).singleSignOn
  return {
    addUser: (request) => managing((deps) => toldInvited(addUser(deps, request))),
    changeUser: (request) => managing((deps) => toldUser(changeUser(deps, request))),
    switchUser: (verb, name) => managing((deps) => toldUser(switchUser(deps, verb, name))),
    inviteUser: (name) => managing((deps) => toldInvited(inviteUser(deps, name))),
    changeRoles: (verb, request) => managing((deps) => toldUser(changeRoles(deps, verb, request))),
    users: () => read((store) => store.users.all().map(toldUser)),
    user: (name) =>
      read((store) => {
        const user = findUser(store, name)
        const keys = store.apiKeys.all().filter((key) => key.userId === user.id)
        const identities = store.identities.ofUser(user.id).map(({ issuer, ...told }) => ({
          ...{ ...told, issuer: printIssuer(issuers(), issuer) },
        }))
        return { user: toldUser(user), apiKeys: keys.map(toldKey), identities }
      }),
    passkeys: (name) =>
      read((store) => store.passkeys.ofUser(findUser(store, name).id).map(toldPasskey)),
    removePasskey: (name, number) =>
      managing((deps) => {
        removePasskey(deps, name, number)
        return deps.store.passkeys.ofUser(findUser(deps.store, name).id).map(toldPasskey)
      }),
    changeIdentity: (verb, identity) =>
      managing((deps) => {
        const asked = { request: identity, issuers: issuers() }
        return toldUser(changeIdentity(deps, verb, asked))
      }),
    addOrganisation: (request) =>
      managing((deps) => toldOrganisation(addOrganisation(deps, request))),
    organisations: () => read((store) => store.organisations.all().map(toldOrganisation)),
    makeKey: (request) =>
      managing(
        (deps) => {
          const { key, secret } = makeApiKey(deps, request)
          return { key: toldKey(key), secret }
        },
        // Before there are users there is nobody for whom a key could act.
        actingUser,
      ),
    keys: () => read((store) => store.apiKeys.all().map(toldKey)),
    revokeKey: (name) => managing((deps) => toldKey(revokeApiKey(deps, name))),
  }
}
