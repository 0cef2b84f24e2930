using Microsoft.Playwright;

namespace Forge.IntegrationTests.Browser;

/// <summary>The Chromium or Chrome of this machine, driven by Playwright without a download of its own.</summary>
internal static class Chromium
{
    private const string ExecutableVariable = "FORGE_CHROMIUM";

    private static readonly string[] UsualPlaces =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/usr/bin/google-chrome-stable",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
        @"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
        @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Find(),
        Headless = true,
        Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(ExecutableVariable) is { Length: > 0 } chosen)
        {
            return File.Exists(chosen)
                ? chosen
                : throw new FileNotFoundException($"{ExecutableVariable} names '{chosen}', which does not exist.");
        }

        return UsualPlaces.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            "The browser test needs Chromium or Chrome. Install one (Debian: apt-get install chromium), "
            + $"or name its executable in the environment variable {ExecutableVariable}.");
    }
}
