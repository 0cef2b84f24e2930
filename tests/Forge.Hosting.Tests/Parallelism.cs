// Each test starts a control plane of its own; more of them at once than a small machine has processors only slow each other down.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
