import { vi } from 'vitest'
import type { FaultCode } from '../../src/core/fault.ts'
import type { TufScenario } from './tuf-scenario.ts'
import {
  BELOW_ROOT,
  createTufRepository,
  keyId,
  newTestKey,
  targetOf,
  SERIAL,
  type Role,
  type RoleName,
  type Signed,
  type TestKey,
  type TufRepository,
} from './tuf-repository.ts'

const LIST_TARGET = 'lists/phishing/snapshot.txt.gz'
const PAST = '2020-01-01T00:00:00Z'
const POINTERS: readonly RoleName[] = ['snapshot', 'timestamp']
const SERIAL_2 = ({ contents, put }: TufRepository): void => {
  contents.phishing = Buffer.from('phishing, newer')
  put(SERIAL)
}
const nothing = (): void => undefined

/** Whatever goes back. */
const ROLLBACKS: readonly TufScenario[] = [
  refused('a timestamp of a lower version', '1 2 1 1 1', 'trust/rollback', [
    ({ put }) => put(['timestamp']),
    ({ roles, put }) => {
      roles.timestamp.version = 0
      put(['timestamp'])
    },
  ]),
  {
    name: 'a timestamp of the same version with other content',
    steps: [
      ({ putAgain }) =>
        putAgain('timestamp', (signed) => (signed['expires'] = '2098-01-01T00:00:00Z')),
    ],
    outcome: 'kept',
    versions: '1 1 1 1 1',
  },
  {
    name: 'a snapshot that goes back behind a timestamp that stands',
    steps: [SERIAL_2, ({ replace, bytes }) => replace('snapshot', () => bytes('snapshot', 1))],
    outcome: 'kept',
    versions: '1 2 2 1 2',
  },
  ...[true, false].flatMap((hasHashes) => {
    const how = hasHashes ? 'with hashes' : 'without hashes'
    const setHashes = (repository: TufRepository): undefined => {
      repository.hasHashes = hasHashes
      repository.putAgain('snapshot')
      repository.putAgain('timestamp')
    }
    const back = (role: RoleName, signed: readonly RoleName[]) => [
      ({ put }: TufRepository) => put(signed),
      ({ roles, put }: TufRepository) => {
        roles[role].version = 0
        put(signed)
      },
    ]
    return [
      {
        ...refused(
          `a snapshot of a lower version, ${how}`,
          '1 2 2 1 1',
          'trust/rollback',
          back('snapshot', POINTERS),
        ),
        before: setHashes,
      },
      {
        ...refused(
          `a top role of a lower version, ${how}`,
          '1 3 2 2 1',
          'trust/rollback',
          back('targets', BELOW_ROOT),
        ),
        before: setHashes,
      },
      {
        ...refused(
          `a list's role of a lower version, ${how}`,
          '1 3 2 1 2',
          'trust/rollback',
          back('list-phishing', SERIAL),
        ),
        before: setHashes,
      },
    ]
  }),
  refused('a snapshot that no longer names a role', '1 2 1 1 1', 'trust/rollback', [
    ({ put }) =>
      put(POINTERS, (signed) => {
        if (signed['_type'] === 'snapshot') delete (signed['meta'] as Signed)['list-other.json']
      }),
  ]),
  {
    ...refused('the whole repository as it was', '1 2 2 1 2', 'trust/rollback', []),
    steps: restoring(),
  },
]

/** Whatever stands still. */
const FREEZES: readonly TufScenario[] = [
  ...(
    [
      ['root', ['root'], '2 1 1 1 1'],
      ['timestamp', ['timestamp'], '1 1 1 1 1'],
      ['snapshot', POINTERS, '1 2 1 1 1'],
      ['targets', BELOW_ROOT, '1 2 2 1 1'],
      ['list-phishing', SERIAL, '1 2 2 1 1'],
    ] as const
  ).map(([role, signed, versions]) =>
    refused(`an expired ${role}`, versions, 'trust/expired', [
      ({ roles, put }) => {
        roles[role].expires = PAST
        put(signed)
      },
    ]),
  ),
  {
    name: 'an expired root, after which there is one that is not',
    steps: [
      ({ roles, put }) => {
        const { expires } = roles.root
        roles.root.expires = PAST
        put(['root'])
        roles.root.expires = expires
        put(['root'])
      },
    ],
    outcome: 'accepted',
    versions: '3 1 1 1 1',
  },
  {
    name: 'all that was kept has expired, and what is served has not',
    before: ({ roles, putAgain }) => {
      for (const role of ['list-phishing', 'targets', 'snapshot', 'timestamp'] as const) {
        roles[role].expires = '2030-01-01T00:00:00Z'
        putAgain(role)
      }
      return undefined
    },
    steps: [
      (repository) => {
        vi.setSystemTime('2030-01-02T00:00:00Z')
        for (const role of ['list-phishing', ...BELOW_ROOT] as const) {
          repository.roles[role].expires = '2030-02-01T00:00:00Z'
        }
        repository.put(['list-phishing', ...BELOW_ROOT])
      },
    ],
    outcome: 'accepted',
    versions: '1 2 2 2 2',
  },
  {
    ...refused('nothing new until all has expired', '1 1 1 1 1', 'trust/expired', [
      () => vi.setSystemTime('2030-01-02T00:00:00Z'),
    ]),
    before: ({ roles, putAgain }) => {
      roles.timestamp.expires = '2030-01-01T00:00:00Z'
      putAgain('timestamp')
      return undefined
    },
  },
]

/** Roots out of their turn. */
const ROOTS: readonly TufScenario[] = [
  refused('a root in the place of the one before it', '1 1 1 1 1', 'trust/mismatch', [
    ({ put, files, bytes }) => {
      put(['root', 'root'])
      files.set('tuf/metadata/2.root.json', bytes('root', 3))
      files.delete('tuf/metadata/3.root.json')
    },
  ]),
  refused('a root that is there once more', '2 1 1 1 1', 'trust/mismatch', [
    ({ put }) => put(['root']),
    ({ files, bytes }) => void files.set('tuf/metadata/3.root.json', bytes('root', 2)),
  ]),
  {
    name: 'a root that is withheld, with the one after it there and no key changed',
    steps: [
      ({ put, files }) => {
        put(['root', 'root'])
        files.delete('tuf/metadata/2.root.json')
      },
    ],
    outcome: 'kept',
    versions: '1 1 1 1 1',
  },
  refused(
    'a root that is withheld, with keys that only the one after it has',
    '1 1 1 1 1',
    'trust/signature',
    [
      ({ roles, put, files }) => {
        rekey(roles.timestamp)
        put(['root', 'root', 'timestamp'])
        files.delete('tuf/metadata/2.root.json')
      },
    ],
  ),
  refused('a timestamp by the key that a new root has replaced', '2 2 1 1 1', 'trust/signature', [
    ({ roles, put }) => {
      const old = roles.timestamp.keys
      rekey(roles.timestamp)
      put(['root', 'timestamp'])
      roles.timestamp.signers = old
    },
    ({ put }) => put(['timestamp']),
  ]),
  {
    name: 'five roots at once, each with new keys',
    steps: [
      ({ roles, put }) => {
        for (let i = 0; i < 5; i++) {
          const old = roles.root.keys
          rekey(roles.root)
          const { keys } = roles.root
          roles.root.signers = [...old, ...keys]
          for (const role of BELOW_ROOT) rekey(roles[role])
          put(['root'])
        }
        put(BELOW_ROOT)
      },
    ],
    outcome: 'accepted',
    versions: '6 2 2 2 1',
  },
  {
    ...refused('a first root without a version', '0 0 0 0 0', 'trust/invalid', [nothing]),
    before: ({ putAgain, bytes }) => {
      putAgain('root', (signed) => delete signed['version'])
      return bytes('root', 1)
    },
    plain: {
      outcome: 'refused',
      versions: '0 0 0 0 0',
      because: 'none: it keeps the file that it was given, in which there is no version',
    },
  },
  {
    ...refused('a first root that nobody has signed', '0 0 0 0 0', 'trust/signature', [nothing]),
    before: ({ roles, putAgain, bytes }) => {
      roles.root.signers = []
      putAgain('root')
      return bytes('root', 1)
    },
    plain: onlyRoot(),
  },
  {
    ...refused("another authority's first root", '0 0 0 0 0', 'trust/signature', [nothing]),
    before: () => createTufRepository().bytes('root', 1),
    plain: onlyRoot(),
  },
]

/** Versions that run ahead in a thief's hands, and the way back. */
const FAST_FORWARDS: readonly TufScenario[] = (
  [
    ['timestamp', ['timestamp'], ['timestamp'], '1 1000 1 1 1', '2 2 1 1 1'],
    ['snapshot', POINTERS, POINTERS, '1 2 1000 1 1', '2 4 2 1 1'],
    ['targets', BELOW_ROOT, POINTERS, '1 3 2 1000 1', '2 4 4 2 1'],
    ['list-phishing', SERIAL, POINTERS, '1 3 2 1 1000', '2 4 4 1 2'],
  ] as const
).flatMap(([role, signed, rekeyed, stuck, recovered]) => {
  const steal = ({ roles, put }: TufRepository): void => {
    roles[role].version = 999
    put(signed)
  }
  const comeBack = ({ roles, put }: TufRepository): void => {
    roles[role].version = 1
    put(signed)
  }
  return [
    refused(`${role} ran ahead, and comes back without new keys`, stuck, 'trust/rollback', [
      steal,
      comeBack,
    ]),
    {
      name: `${role} ran ahead, and comes back under new keys`,
      steps: [
        steal,
        comeBack,
        (repository: TufRepository) => {
          for (const one of rekeyed) rekey(repository.roles[one])
          repository.put(['root'])
          repository.roles[role].version = 1
          repository.put(signed)
        },
      ],
      outcome: 'accepted' as const,
      versions: recovered,
    },
  ]
})

/** Files that are right, in the wrong place or at the wrong time. */
const MIXTURES: readonly TufScenario[] = [
  ...[true, false].flatMap((hasHashes) => {
    const how = hasHashes ? 'with hashes' : 'without hashes'
    const at = (role: RoleName, signed: readonly RoleName[], versions: string): TufScenario =>
      refused(`${role} of an earlier moment, ${how}`, versions, 'trust/mismatch', [
        (repository) => {
          repository.hasHashes = hasHashes
          repository.contents.phishing = Buffer.from('phishing, newer')
          repository.put(signed)
          repository.replace(role, () => repository.bytes(role, 1))
        },
      ])
    return [
      at('snapshot', SERIAL, '1 2 1 1 1'),
      at('targets', BELOW_ROOT, '1 2 2 1 1'),
      at('list-phishing', SERIAL, '1 2 2 1 1'),
    ]
  }),
  refused("another list's role in the place of a list's", '1 2 2 1 1', 'trust/signature', [
    (repository) => {
      repository.hasHashes = false
      repository.put(['list-other', ...SERIAL])
      repository.replace('list-phishing', () => repository.bytes('list-other'))
    },
  ]),
  refused('a timestamp in the place of a snapshot', '1 2 1 1 1', 'trust/invalid', [
    (repository) => {
      repository.hasHashes = false
      repository.put(POINTERS)
      repository.replace('snapshot', () => repository.bytes('timestamp'))
    },
  ]),
  refused('a list of an earlier serial in the place of the newest', '1 2 2 1 2', 'trust/mismatch', [
    (repository) => {
      const old = repository.contents.phishing
      SERIAL_2(repository)
      changeList(repository, () => old)
    },
  ]),
  refused("another list's content", '1 1 1 1 1', 'trust/mismatch', [
    (repository) => {
      // As long as the one that it stands for.
      changeList(repository, () => Buffer.from('another, first!'))
    },
  ]),
]

/** Curators who speak for others. */
const CURATORS: readonly TufScenario[] = [
  refused("a list's role signed by another list's curator", '1 2 2 1 1', 'trust/signature', [
    ({ roles, put }) => {
      roles['list-phishing'].signers = roles['list-other'].keys
      put(SERIAL)
    },
  ]),
  refused("a list's target in another list's role", '1 2 2 1 2', 'snapshot/not-found', [
    ({ put }) =>
      put(['list-phishing', 'list-other', ...POINTERS], (signed) => {
        if (signed['_type'] !== 'targets') return
        const targets = signed['targets'] as Signed
        const others = 'lists/other/snapshot.txt.gz'
        signed['targets'] =
          LIST_TARGET in targets ? {} : { ...targets, [LIST_TARGET]: targets[others] }
      }),
  ]),
  refused('a list that the top role no longer delegates', '1 2 2 2 1', 'list/not-found', [
    ({ put }) =>
      put(BELOW_ROOT, (signed) => {
        const delegations = signed['delegations'] as { roles: { name: string }[] } | undefined
        if (delegations)
          delegations.roles = delegations.roles.filter(({ name }) => name !== 'list-phishing')
      }),
  ]),
  {
    ...refused('another target of a list in the top role', '1 2 2 2 1', 'trust/mismatch', [
      ({ put, files, contents, targetPath }) => {
        const own = contents.phishing
        contents.phishing = Buffer.from('what the list itself never said')
        const target = targetOf(contents.phishing)
        files.set(targetPath('phishing'), contents.phishing)
        contents.phishing = own
        put(BELOW_ROOT, (signed) => {
          if (signed['_type'] === 'targets') signed['targets'] = { [LIST_TARGET]: target }
        })
      },
    ]),
    plain: {
      outcome: 'accepted',
      versions: '1 2 2 2 1',
      because: "TUF lets a role above speak for a role below; a list is its own role's word alone",
    },
  },
]

/** Keys that are fewer than they look. */
const KEYS: readonly TufScenario[] = [
  {
    ...refused('one key under two names, where two must sign', '1 1 1 1 1', 'trust/key-id', [
      ({ roles, put }) => {
        const [key = newTestKey()] = roles.snapshot.keys
        const keys = [key, { ...key, id: '0'.repeat(64) }]
        Object.assign(roles.snapshot, { keys, signers: keys, threshold: 2 })
        put(['root', ...POINTERS])
      },
    ]),
    plain: {
      outcome: 'accepted',
      versions: '2 2 2 1 1',
      because: 'it counts ids, and doesn’t ask whether an id is that of its key (TUF 1.0 §4.2)',
    },
  },
  {
    ...refused('a key under a name of its own choice', '1 1 1 1 1', 'trust/key-id', [
      ({ roles, put }) => {
        const [key = newTestKey()] = roles.timestamp.keys
        setKeys(roles.timestamp, [{ ...key, id: 'f'.repeat(64) }])
        put(['root', 'timestamp'])
      },
    ]),
    plain: {
      outcome: 'accepted',
      versions: '2 2 1 1 1',
      because: 'it doesn’t ask whether an id is that of its key',
    },
  },
  refused('a role whose key the root does not have', '2 1 1 1 1', 'trust/signature', [
    ({ roles, put }) => {
      put(['root'], (signed) => {
        const gone = roles.timestamp.keys.map(({ id }) => id)
        const kept = Object.entries(signed['keys'] as Signed).filter(([id]) => !gone.includes(id))
        signed['keys'] = Object.fromEntries(kept)
      })
      put(['timestamp'])
    },
  ]),
  refused('a threshold of none', '1 1 1 1 1', 'trust/invalid', [
    ({ roles, put }) => {
      Object.assign(roles.timestamp, { threshold: 0, signers: [] })
      put(['root', 'timestamp'])
    },
  ]),
  {
    name: 'fields that nobody knows, in a root, a role and a key',
    steps: [
      ({ roles, put }) => {
        const [key = newTestKey()] = roles.timestamp.keys
        const json = { ...key.json, 'extra-field': { a: 1, b: 2 } }
        setKeys(roles.timestamp, [{ ...key, json, id: keyId(json) }])
        put(['root'], (signed) => {
          signed['custom-field'] = 'value'
          Object.assign((signed['roles'] as { timestamp: object }).timestamp, { more: 'value' })
        })
        put(['timestamp'])
      },
    ],
    outcome: 'accepted',
    versions: '2 2 1 1 1',
  },
]

const FLIPS = [
  ['what is signed', '"expires":"20'],
  ['the signature', '"sig":"'],
] as const

/** Bits that flip, and bytes that are more or fewer. */
const BYTES: readonly TufScenario[] = [
  ...(
    [
      ['timestamp', '1 1 1 1 1', 'trust/signature'],
      ['snapshot', '1 2 1 1 1', 'trust/mismatch'],
      ['list-phishing', '1 2 2 1 1', 'trust/mismatch'],
    ] as const
  ).flatMap(([role, versions, code]) =>
    FLIPS.map(([what, place]) =>
      refused(`a flipped bit of ${what} of ${role}`, versions, code, [
        (repository) => {
          SERIAL_2(repository)
          repository.replace(role, (bytes) => flipAfter(bytes, place))
        },
      ]),
    ),
  ),
  ...FLIPS.flatMap(([what, place]) => [
    refused(`a flipped bit of ${what} of targets`, '1 2 2 1 1', 'trust/mismatch', [
      ({ put, replace }) => {
        put(BELOW_ROOT)
        replace('targets', (bytes) => flipAfter(bytes, place))
      },
    ]),
    refused(`a flipped bit of ${what} of root`, '1 1 1 1 1', 'trust/signature', [
      ({ put, replace }) => {
        put(['root'])
        replace('root', (bytes) => flipAfter(bytes, place))
      },
    ]),
  ]),
  refused('a flipped bit of a list', '1 2 2 1 2', 'trust/mismatch', [
    (repository) => {
      SERIAL_2(repository)
      changeList(repository, (bytes) => flipAfter(bytes, 'phish'))
    },
  ]),
  refused('a list that is too short', '1 2 2 1 2', 'trust/mismatch', [
    (repository) => {
      SERIAL_2(repository)
      changeList(repository, (bytes) => bytes.subarray(1))
    },
  ]),
  refused('a list that is too long', '1 2 2 1 2', 'fetch/too-large', [
    (repository) => {
      SERIAL_2(repository)
      changeList(repository, (bytes) => Buffer.concat([bytes, Buffer.from('x')]))
    },
  ]),
  refused('a list that is not there', '1 2 2 1 2', 'fetch/not-found', [
    (repository) => {
      SERIAL_2(repository)
      repository.files.delete(repository.targetPath('phishing'))
    },
  ]),
  refused('a timestamp that is cut', '1 1 1 1 1', 'trust/invalid', [
    ({ put, replace }) => {
      put(['timestamp'])
      replace('timestamp', (bytes) => bytes.subarray(0, -1))
    },
  ]),
  refused('a timestamp without end', '1 1 1 1 1', 'fetch/too-large', [
    ({ put, replace }) => {
      put(['timestamp'])
      replace('timestamp', (bytes) => Buffer.concat([bytes, Buffer.alloc(20_000, ' ')]))
    },
  ]),
  refused('a snapshot longer than the timestamp says', '1 2 1 1 1', 'fetch/too-large', [
    ({ put, replace }) => {
      put(POINTERS)
      replace('snapshot', (bytes) => Buffer.concat([bytes, Buffer.from('\n')]))
    },
  ]),
  refused('no timestamp', '1 1 1 1 1', 'fetch/not-found', [
    ({ files }) => void files.delete('tuf/metadata/timestamp.json'),
  ]),
  refused("no list's role", '1 2 2 1 1', 'fetch/not-found', [
    ({ put, files, roles }) => {
      put(SERIAL)
      files.delete(`tuf/metadata/${roles['list-phishing'].version}.list-phishing.json`)
    },
  ]),
  {
    ...refused('a timestamp with other white space', '1 1 1 1 1', 'trust/invalid', [
      ({ put, replace }) => {
        put(['timestamp'])
        replace('timestamp', (bytes) =>
          Buffer.from(bytes.toString().replace(',"signed"', ', "signed"')),
        )
      },
    ]),
    plain: sameMeaning(),
  },
  {
    ...refused('a timestamp whose signature is in capitals', '1 1 1 1 1', 'trust/invalid', [
      ({ put, replace }) => {
        put(['timestamp'])
        replace('timestamp', (bytes) =>
          Buffer.from(
            bytes
              .toString()
              .replace(/"sig":"[^"]*"/, (sig) => `"sig":"${sig.slice(7).toUpperCase()}`),
          ),
        )
      },
    ]),
    plain: sameMeaning(),
  },
]

/** Every attack that the TUF specification names, and some more. */
export const ATTACKS: readonly TufScenario[] = [
  ...[...ROLLBACKS, ...FREEZES, ...ROOTS, ...FAST_FORWARDS],
  ...[...MIXTURES, ...CURATORS, ...KEYS, ...BYTES],
]

function refused(
  name: string,
  versions: string,
  code: FaultCode,
  steps: TufScenario['steps'],
): TufScenario {
  return { name, steps, outcome: 'refused', versions, code }
}

function sameMeaning(): NonNullable<TufScenario['plain']> {
  return {
    outcome: 'accepted',
    versions: '1 2 1 1 1',
    because: 'what is signed is the same; we allow one form, so that no two files are one metadata',
  }
}

function onlyRoot(): NonNullable<TufScenario['plain']> {
  return {
    outcome: 'refused',
    versions: '1 0 0 0 0',
    because: 'none: it keeps the file that it was given; we keep a root that has led somewhere',
  }
}

/** Serves what was there before a serial once more. */
function restoring(): TufScenario['steps'] {
  let saved = new Map<string, Buffer>()
  return [
    (repository) => {
      saved = new Map(repository.files)
      SERIAL_2(repository)
    },
    ({ files }) => {
      files.clear()
      for (const [path, bytes] of saved) files.set(path, bytes)
    },
  ]
}

function rekey(role: Role): void {
  setKeys(role, [newTestKey()])
}

function setKeys(role: Role, keys: readonly TestKey[]): void {
  role.keys = keys
  role.signers = keys
}

function changeList({ files, targetPath }: TufRepository, change: (bytes: Buffer) => Buffer): void {
  const path = targetPath('phishing')
  files.set(path, change(files.get(path) ?? Buffer.alloc(0)))
}

/** The lowest bit of the first digit after `place`, which makes another digit of it; of the next byte where there is no digit. */
function flipAfter(bytes: Buffer, place: string): Buffer {
  const flipped = Buffer.from(bytes)
  const from = bytes.indexOf(place) + place.length
  const digit = bytes.subarray(from).findIndex((byte) => byte >= 0x30 && byte <= 0x39)
  const at = from + Math.max(digit, 0)
  flipped[at] = (flipped[at] ?? 0) ^ 1
  return flipped
}
