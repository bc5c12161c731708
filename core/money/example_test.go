package money_test

import (
	"encoding/json"
	"fmt"

	"github.com/sampan-go/sampan/core/money"
)

func ExampleParse() {
	payable, err := money.Parse("232.00", money.CNY)
	fmt.Println(payable, err)

	_, err = money.Parse("1,000", money.CNY)
	fmt.Println(err)
	// Output:
	// 232.00 CNY <nil>
	// money: not written as this package reads it: "1,000", write digits with at most one point, as in "1234.50"
}

func ExampleFromYuan() {
	totalYuan, _ := money.FromYuan("8.96")
	totalFen, _ := totalYuan.Minor()
	fmt.Println(totalFen)
	// Output: 896
}

func ExampleParseWire() {
	for _, text := range []string{"1E+3", "0E-10", "8.9600"} {
		amount, _ := money.ParseWire(text, money.CNY)
		fmt.Println(amount)
	}
	// Output:
	// 1000.00 CNY
	// 0.00 CNY
	// 8.96 CNY
}

func ExampleAmount_Split() {
	shipping := money.FromFen(1000)
	shares, _ := shipping.Split(3)
	fmt.Println(shares)
	// Output: [3.34 CNY 3.33 CNY 3.33 CNY]
}

func ExampleUnitPrice_Total() {
	button := money.MustParseUnit("0.035", money.CNY)
	fmt.Println(button.Total(1000, money.Exact))
	fmt.Println(button.Total(3, money.HalfUp))
	_, err := button.Total(3, money.Exact)
	fmt.Println(err)
	// Output:
	// 35.00 CNY <nil>
	// 0.11 CNY <nil>
	// money: too many decimals: 3 times 0.035 CNY is 0.105, CNY has 2: say how to round
}

func ExampleAmount_MarshalJSON() {
	data, _ := json.Marshal(money.FromFen(23200))
	fmt.Println(string(data))
	// Output: {"amount":"232.00","currency":"CNY"}
}
