using System.Collections.Frozen;

namespace Forge.Api.Payments;

/// <summary>The currencies in use after ISO 4217, with how many decimals an amount of theirs may have. Funds, metals and test codes are not among them.</summary>
internal static class Currency
{
    private const string WithoutDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string WithTwoDecimals =
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD
        EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL
        MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
        SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
        """;

    private const string WithThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";

    private static readonly FrozenDictionary<string, int> Decimals =
        Codes(WithoutDecimals).Select(code => (code, 0))
            .Concat(Codes(WithTwoDecimals).Select(code => (code, 2)))
            .Concat(Codes(WithThreeDecimals).Select(code => (code, 3)))
            .ToFrozenDictionary(entry => entry.code, entry => entry.Item2, StringComparer.Ordinal);

    public static bool TryGetDecimals(string? code, out int decimals)
    {
        decimals = 0;
        return code is not null && Decimals.TryGetValue(code, out decimals);
    }

    private static string[] Codes(string list) => list.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
