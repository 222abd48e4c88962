"""Given names and family names over several cultures, written for this project; combined at random, they name nobody in particular.

A given name and a family name are drawn independently, so most pairs cross cultures on purpose. Letters are those
of the Latin script with the marks that the printed face can compose.
"""

from __future__ import annotations

GIVEN_F = (
    "Amina", "Nia", "Adaeze", "Thandiwe", "Wanjiru", "Yetunde", "Ayumi", "Haruka", "Mei", "Xiulan", "Jiwoo", "Soo-Ah", "Linh", "Malee",
    "Priya", "Lakshmi", "Zainab", "Farah", "Leyla", "Şule", "Çağla", "Anneli", "Åsa", "Sólveig", "Maëlle", "Zoé", "Inês", "Lucía",
    "Begoña", "Ximena", "Jürgine", "Käthe", "Agnieszka", "Łucja", "Božena", "Tereza", "Ilona", "Zsófia", "Ioana", "Ștefania", "Eleni",
    "Katerina", "Siobhán", "Niamh", "Moana", "Aroha", "Kaya", "Nayeli", "Māra", "Rūta", "Ulla", "Grete", "Noor", "Shirin",
)
GIVEN_M = (
    "Kwame", "Chidi", "Sipho", "Tendai", "Mamadou", "Olufemi", "Haruto", "Kenji", "Wei", "Jun", "Min-Jun", "Hyun", "Minh", "Somchai",
    "Arjun", "Ravi", "Yusuf", "Karim", "Emre", "Oğuz", "Lars", "Bjørn", "Ragnar", "Loïc", "Rémy", "João", "Tomás", "Íñigo", "Joaquín",
    "Jörg", "Günther", "Wojciech", "Paweł", "Jiří", "Ondřej", "Zoltán", "Gergő", "Andrei", "Ionuț", "Nikos", "Stavros", "Cían", "Oisín",
    "Tane", "Koa", "Tupaq", "Jānis", "Gintaras", "Aksel", "Farid", "Dario", "Marek", "Luka", "Emil",
)
FAMILY = (
    "Adeyemi-Okoro", "Mbeki Dlana", "Nkemelu", "Otieno", "Sarpong", "Diallou", "Tanakawa", "Morishige", "Kuroshima", "Lianghua", "Zhengwei",
    "Parkson", "Choiwon", "Nguyenvan", "Suwannarat", "Raghavendran", "Iyerani", "Chatterwal", "Al Masrani", "Benhaddou", "Yıldızlar",
    "Çelikoğlu", "Virtamo", "Sjöquist", "Åkerlind", "Ødegaardsen", "Þorvaldsdal", "Lefèvrier", "Beauchêne", "d'Aubrelle", "Gonçalvim",
    "Simõeira", "Peñalosa Ruano", "Ibáñezco", "Müllenbach", "Groß-Köhlau", "Schönreuth", "Wiśniowski", "Dąbrowiecki", "Dvořáček",
    "Novotňák", "Kőszeghalmi", "Szabóki", "Ionescăreanu", "Țepoșu", "Papadimou", "Kallistratos", "Ó Ceallachair", "MacGillavane",
    "Te Waimarie", "Kahananui", "Quispetupa", "Bērziņkalns", "Žemaitauskas", "Čehovinović", "Đurđekov", "Van der Lindehof", "Rossobruni",
)
# Places of books, or invented.
PLACES = ("Arcadia", "Bensalem", "Erewhon", "Laputa", "Lilliput", "Nephelai", "Shangara", "Thélème", "Zembla", "Östervik")
