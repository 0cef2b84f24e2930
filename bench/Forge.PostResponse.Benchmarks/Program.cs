using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Forge.PostResponse.Benchmarks;

// In process: the repository's build settings do not fit the projects that BenchmarkDotNet would generate.
BenchmarkRunner.Run<AddAndDispatch>(
    DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance)), args);
