import type { TufScenario } from './tuf-scenario.ts'
import {
  newTestKey,
  SERIAL,
  type Role,
  type RoleName,
  type TestKey,
  type TufRepository,
} from './tuf-repository.ts'

/** Keys by their numbers: who may sign, how many must, who does. */
interface Signing {
  readonly keys: readonly number[]
  readonly threshold: number
  readonly by: readonly number[]
}

const of = (keys: readonly number[], threshold: number, by: readonly number[]): Signing => ({
  ...{ keys, threshold, by },
})
const FIVE = [0, 1, 2, 3, 4]
const OTHER_FIVE = [0, 1, 3, 4, 5]

/** Roots one after the other, of which the first is the one that is trusted out of band. */
const GOOD_ROOTS: Readonly<Record<string, readonly Signing[]>> = {
  'its one key changes': [of([1], 1, [1]), of([2], 1, [2, 1]), of([2], 1, [2])],
  'strangers sign as well': [of([1], 1, [3, 1, 4]), of([2], 1, [3, 2, 1, 4]), of([2], 1, [3, 2])],
  'another three of five sign each time': [
    ...[of(FIVE, 3, [0, 2, 4]), of(FIVE, 3, [0, 4, 1]), of(FIVE, 3, [0, 1, 3])],
    of(FIVE, 3, [1, 2, 3]),
  ],
  'one of five keys changes': [of(FIVE, 3, [0, 2, 4]), of(OTHER_FIVE, 3, [0, 4, 1])],
  'the key that goes signs one last time': [
    ...[of(FIVE, 3, [0, 2, 4]), of(OTHER_FIVE, 3, [0, 2, 4, 5]), of(OTHER_FIVE, 3, [0, 4, 5])],
  ],
  'all five keys change': [
    of(FIVE, 3, [0, 2, 4]),
    of([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
    of([5, 6, 7, 8, 9], 3, [5, 6, 7]),
  ],
  'its threshold rises': [of([1, 2, 3], 1, [1]), of([1, 2, 3], 2, [1, 2])],
  'its threshold falls': [
    of([1, 2, 3], 2, [1, 2]),
    of([1, 2, 3], 1, [1, 2]),
    of([1, 2, 3], 1, [1]),
  ],
  'a second key comes, and both must sign': [of([1], 1, [1]), of([1, 2], 2, [1, 2])],
}

const BAD_ROOTS: Readonly<Record<string, readonly Signing[]>> = {
  'its old key has not signed': [of([1], 1, [1]), of([2], 1, [2, 3, 4])],
  'its new key has not signed': [of([1], 1, [1]), of([2], 1, [1, 3, 4])],
  'only two of the three new ones have signed': [
    of(FIVE, 3, [0, 2, 4]),
    of(OTHER_FIVE, 3, [0, 2, 4]),
  ],
  'only two of the three old ones have signed': [
    of(FIVE, 3, [0, 2, 4]),
    of(OTHER_FIVE, 3, [0, 4, 5]),
  ],
  'its risen threshold is not reached': [of([1, 2, 3], 1, [1]), of([1, 2, 3], 2, [2])],
  'the threshold that falls is not reached': [of([1, 2, 3], 2, [1, 2]), of([1, 2, 3], 1, [1])],
  'a key signs twice for two': [of([1, 2], 2, [1, 2]), of([1, 2], 2, [1, 1])],
}

const GOOD_ROLES: Readonly<Record<string, Signing>> = {
  'its one key changes': of([2], 1, [2]),
  'strangers sign as well': of([1], 1, [3, 1, 4]),
  'the first three of five sign': of(FIVE, 3, [0, 1, 2]),
  'the last three of five sign': of(FIVE, 3, [2, 3, 4]),
}

const BAD_ROLES: Readonly<Record<string, Signing>> = {
  'only the key before has signed': of([2], 1, [1, 3, 4]),
  'one of three signatures is by a key that went': of(OTHER_FIVE, 3, [0, 2, 4]),
  'only two of three have signed': of(OTHER_FIVE, 3, [0, 4]),
  'its threshold is above the number of its keys': of([0, 1], 3, [0, 1]),
}

/** By role: what is signed anew when its keys change, and what readers keep of that when it is right and when it isn't. */
const REACHES: readonly (readonly [RoleName, readonly RoleName[], string, string])[] = [
  ['timestamp', ['root', 'timestamp'], '2 2 1 1 1', '2 1 1 1 1'],
  ['snapshot', ['root', 'snapshot', 'timestamp'], '2 2 2 1 1', '2 2 1 1 1'],
  ['targets', ['root', 'targets', 'snapshot', 'timestamp'], '2 2 2 2 1', '2 2 2 1 1'],
  ['list-phishing', ['targets', ...SERIAL], '1 2 2 2 2', '1 2 2 2 1'],
]

/** Every change of keys and thresholds, of every role. */
export const ROTATIONS: readonly TufScenario[] = [
  ...Object.entries(GOOD_ROOTS).map(([name, roots]): TufScenario => ({
    ...rootRotation(`a root is followed when ${name}`, roots),
    outcome: 'accepted',
    versions: `${roots.length} 1 1 1 1`,
  })),
  ...Object.entries(BAD_ROOTS).map(([name, roots]): TufScenario => ({
    ...rootRotation(`a root is refused when ${name}`, roots),
    outcome: 'refused',
    versions: '1 1 1 1 1',
    code: name === 'a key signs twice for two' ? 'trust/invalid' : 'trust/signature',
  })),
  ...REACHES.flatMap(([role, signed, good, bad]) => [
    ...Object.entries(GOOD_ROLES).map(([name, signing]): TufScenario => ({
      ...roleRotation(`${role} is followed when ${name}`, role, signed, signing),
      outcome: 'accepted',
      versions: good,
    })),
    ...Object.entries(BAD_ROLES).map(([name, signing]): TufScenario => ({
      ...roleRotation(`${role} is refused when ${name}`, role, signed, signing),
      outcome: 'refused',
      versions: bad,
      code: 'trust/signature',
    })),
  ]),
]

function rootRotation(
  name: string,
  [first, ...next]: readonly Signing[],
): Pick<TufScenario, 'name' | 'before' | 'steps'> {
  const keys = Array.from({ length: 10 }, newTestKey)
  return {
    name,
    before: ({ roles, putAgain }) => {
      if (first) sign(roles.root, keys, first)
      putAgain('root')
      return undefined
    },
    steps: [
      ({ roles, put }) => {
        for (const signing of next) {
          sign(roles.root, keys, signing)
          put(['root'])
        }
      },
    ],
  }
}

function roleRotation(
  name: string,
  role: RoleName,
  signed: readonly RoleName[],
  signing: Signing,
): Pick<TufScenario, 'name' | 'before' | 'steps'> {
  const keys = Array.from({ length: 10 }, newTestKey)
  const before = (repository: TufRepository): undefined => {
    sign(repository.roles[role], keys, of([1], 1, [1]))
    for (const one of signed) repository.putAgain(one)
  }
  return {
    name,
    before,
    steps: [
      (repository) => {
        sign(repository.roles[role], keys, signing)
        repository.put(signed)
      },
    ],
  }
}

function sign(role: Role, all: readonly TestKey[], { keys, threshold, by }: Signing): void {
  const pick = (numbers: readonly number[]): TestKey[] => all.filter((_, i) => numbers.includes(i))
  role.keys = pick(keys)
  // In the order given, and as often.
  role.signers = by.flatMap((number) => all[number] ?? [])
  role.threshold = threshold
}
