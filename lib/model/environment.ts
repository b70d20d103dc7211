// An environment: production, staging, local. What it promises and where its images come from.

/** What an environment survives without losing what its users need. */
export interface Survives {
  /** Availability zones that may be lost at once. */
  readonly zones: number;
  /** Regions that may be lost at once. */
  readonly regions: number;
}

/** An environment as the platform file describes it. */
export interface EnvironmentProps {
  readonly survives: Survives;
  /**
   * Registry and path that image names are appended to: `123456789012.dkr.ecr.ap-south-1.amazonaws.com`.
   * @default none: images are loaded onto the nodes by hand (`kind load`, `minikube image load`) and never pulled
   */
  readonly registry?: string;
}

/** An environment with the name that the platform file gives it. */
export interface Environment extends EnvironmentProps {
  readonly name: string;
}
