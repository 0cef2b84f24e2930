#!/usr/bin/env bash
# PdfPig 0.1.16: its document builder encodes a TrueType font's characters in one byte, so a document's 256th different character throws.
# A text in Latin, Greek and Cyrillic together can have that many; a second AddTrueTypeFont of the same file is the way round.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="PdfPig" Version="0.1.16" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Writer;

using var document = new PdfDocumentBuilder();
var font = document.AddTrueTypeFont(File.ReadAllBytes(args[0]));
var page = document.AddPage(PageSize.A4);
var drawn = 0;
try
{
    // Latin Extended-A and -B: all of them are in the font.
    for (var letter = 0x100; letter < 0x250; letter++)
    {
        page.AddText(((char)letter).ToString(), 8, new PdfPoint(40, 800), font);
        drawn++;
    }

    document.Build();
    Console.WriteLine($"{drawn} different characters were drawn.");
}
catch (Exception exception)
{
    Console.WriteLine($"{drawn} different characters, then {exception.GetType().Name}");
}
CS

# Any TrueType font with these letters will do.
font=$(find /usr/share/fonts -name 'DejaVuSans*.ttf' 2>/dev/null | head -n 1)
[ -n "$font" ] || { echo "Please install a DejaVu font first (Debian: fonts-dejavu-core)."; exit 2; }
seen=$(dotnet run -v q -- "$font")
expected='255 different characters, then NotSupportedException'
echo "PdfPig 0.1.16: $seen"
[ "$seen" = "$expected" ] || { echo "This has changed. It was: $expected"; exit 1; }
