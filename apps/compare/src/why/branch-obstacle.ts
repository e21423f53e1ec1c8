/**
 * What keeps a lane from being continued with another token: the tour's lanes are fixed, a run is going on, there are as many lanes as
 * possible, nothing would follow the token, or the lane's decoder is gone.
 */
export type BranchObstacle = "tour" | "running" | "lanes" | "length" | "decoder";
