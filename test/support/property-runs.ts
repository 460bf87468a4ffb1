import fc from 'fast-check'

/** Ten runs find the coarse mistakes at once; `SLOW=1` looks longer. A failure prints its seed. */
fc.configureGlobal({ numRuns: process.env['SLOW'] ? 1000 : 10 })
