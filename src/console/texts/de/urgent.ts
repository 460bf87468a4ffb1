/** Was dringend war. */
export const urgent = {
  title: 'Dringend',
  about: 'Was dringend entschieden wurde, das Neueste zuerst.',
  empty: 'Nichts.',
  since: 'Zeit seither',
  seconds: (count: number) => `${count} s`,
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  days: (count: number) => `${count} Tage`,
  review: 'Überprüfung',
  noReview: 'keine',
  retire: 'Sofort entfernen',
  retireHint: 'Wirksam durch eine Person, sofort veröffentlicht, und wird danach angesehen.',
  retireGo: 'Entfernen und jetzt veröffentlichen',
} as const
