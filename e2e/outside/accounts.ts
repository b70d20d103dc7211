// How the services outside let in what runs in the cluster: one user, whose password is public.
export const USER = 'e2e';
export const PASSWORD = 'e2e-password';

/** What a Secret with the credentials of such a service holds. */
export const CREDENTIALS = { username: USER, password: PASSWORD } as const;
